import type { Errands } from '../errands.ts';
import type { HeldSession } from '../held-session.ts';
import type { SessionPeer } from '../peers.ts';

/** What session hears of the edge's streams. What it cannot be told now is tried again; in the end a lease heals it. */
export class SessionReports {
  readonly #session: SessionPeer;
  readonly #errands: Errands;
  readonly #callMs: number;

  constructor(session: SessionPeer, errands: Errands, callMs: number) {
    this.#session = session;
    this.#errands = errands;
    this.#callMs = callMs;
  }

  /** The stream that held the session is gone. */
  detached({ playerId, epoch }: HeldSession): void {
    this.#errands.run((options) => this.#session.detachSession({ session: { playerId, epoch } }, options));
  }

  /** The player is not in this match any more. Resolves when session has it, or when it was tried; never rejects. */
  async noMatch({ playerId }: HeldSession, matchId: string): Promise<void> {
    const request = { playerId, matchId: '', expectedMatchId: matchId };
    try {
      await this.#session.assignMatch(request, { deadline: this.#callMs });
    } catch {
      this.#errands.run((options) => this.#session.assignMatch(request, options));
    }
  }
}
