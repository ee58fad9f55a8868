import type { MatchRef } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import type { Collections } from '@clew/service-kit/collections';
import { ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';
import type { MatchmakingPeer } from './peers.ts';

/** What the directory says of a match. */
export type Lookup =
  | { readonly kind: 'found'; readonly match: MatchRef }
  /** It never was, is forgotten, or is lost. */
  | { readonly kind: 'unknown' }
  /** It came to its end. */
  | { readonly kind: 'finished' }
  /** Nobody could say. */
  | { readonly kind: 'away' };

const lookupsMax = 10_000;

/** Asks who owns a match; one question at a time for each match, however many of its players want to know. */
export class MatchLookups {
  readonly #matchmaking: MatchmakingPeer;
  readonly #callMs: number;
  readonly #asking: Map<string, Promise<Lookup>>;

  constructor(matchmaking: MatchmakingPeer, callMs: number, collections: Collections) {
    this.#matchmaking = matchmaking;
    this.#callMs = callMs;
    this.#asking = collections.map('edge.match_lookups', { bound: lookupsMax });
  }

  /** Never rejects. */
  find(matchId: string): Promise<Lookup> {
    const asking = this.#asking.get(matchId);
    if (asking !== undefined) return asking;
    if (this.#asking.size >= lookupsMax) return Promise.resolve({ kind: 'away' });
    const answer = this.#ask(matchId).finally(() => this.#asking.delete(matchId));
    this.#asking.set(matchId, answer);
    return answer;
  }

  async #ask(matchId: string): Promise<Lookup> {
    try {
      const { match } = await this.#matchmaking.getMatch({ matchId }, { deadline: this.#callMs });
      return match === undefined ? { kind: 'unknown' } : { kind: 'found', match };
    } catch (thrown) {
      const { status, reason } = ServiceError.from(thrown);
      if (reason === 'MATCH_FINISHED') return { kind: 'finished' };
      return { kind: status === Status.NOT_FOUND ? 'unknown' : 'away' };
    }
  }
}
