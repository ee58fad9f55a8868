import { setTimeout as sleep } from 'node:timers/promises';
import type { Session, SessionServiceClient } from '@clew/protocol/clew/session/v1/session.ts';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import type { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import type { DeadlineOptions } from 'nice-grpc-client-middleware-deadline';
import type { CounterName } from './counter-names.ts';
import type { Match } from './match.ts';
import type { Matches } from './matches.ts';
import type { Player, Seat } from './seat.ts';
import type { Clock } from './tick-loop.ts';

export interface SessionCheckOptions {
  readonly sessions: SessionServiceClient<DeadlineOptions>;
  readonly matches: Matches;
  readonly counters: Counters<CounterName>;
  readonly log: Log;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** When a session is still there, or session does not answer, the seat is asked about again after this. */
  readonly recheckMs: number;
  readonly callMs: number;
}

/** Most seats that are asked about at once: session's bound. */
const BATCH_MAX = 1_000;

interface Overdue {
  readonly match: Match;
  readonly seat: Seat;
  readonly player: Player;
}

/**
 * Asks for the sessions of seats that were detached for long: a seat whose session is over, or points to another match,
 * is freed. Events say so earlier; this is what holds when they are missed.
 */
export class SessionCheck {
  readonly #options: SessionCheckOptions;
  #complained = false;

  constructor(options: SessionCheckOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.check(signal);
      await sleep(this.#options.intervalMs, undefined, { signal }).catch(() => {});
    }
  }

  /** One round. Never throws: while session is away, seats stay. */
  async check(signal: AbortSignal): Promise<void> {
    const { sessions, counters, log, callMs } = this.#options;
    const overdue = this.#overdue();
    if (overdue.length === 0) return;
    counters.add('simulation.session_checks', overdue.length);
    try {
      const playerIds = [...new Set(overdue.map(({ player }) => player.playerId))];
      const found = await sessions.batchGetSessions({ playerIds }, { deadline: callMs, signal });
      const byPlayer = new Map(found.sessions.map((session) => [session.playerId, session]));
      for (const entry of overdue) this.#judge(entry, byPlayer.get(entry.player.playerId));
      this.#complained = false;
    } catch (error) {
      if (!this.#complained && !signal.aborted) {
        log.warn({ reason: String(error) }, 'sessions of detached seats cannot be asked for');
      }
      this.#complained = true;
      for (const entry of overdue) this.#postpone(entry);
    }
  }

  #overdue(): Overdue[] {
    const { matches, clock } = this.#options;
    const nowMs = clock();
    const overdue: Overdue[] = [];
    for (const match of matches) {
      for (const seat of match.seating.seats) {
        if (overdue.length === BATCH_MAX) return overdue;
        const { state } = seat;
        if (state.kind === 'detached' && state.deadlineMs <= nowMs) overdue.push({ match, seat, player: state.player });
      }
    }
    return overdue;
  }

  #judge(entry: Overdue, session: Session | undefined): void {
    const { match, seat } = entry;
    if (session?.matchId === match.id) this.#postpone(entry);
    else if (isStill(entry)) match.seating.evict(seat, Closed_Reason.REASON_SEAT_UNKNOWN);
  }

  #postpone(entry: Overdue): void {
    if (isStill(entry)) entry.seat.detach(this.#options.clock() + this.#options.recheckMs);
  }
}

/** Whether the seat is as it was when it was asked about. */
function isStill({ seat, player }: Overdue): boolean {
  return seat.state.kind === 'detached' && seat.state.player === player;
}
