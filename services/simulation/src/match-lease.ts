import { setTimeout as sleep } from 'node:timers/promises';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import type { Collections } from '@clew/service-kit/collections';
import type { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import { LuaScript, type ScriptCall } from '@clew/service-kit/lua-script';
import { ServiceError } from '@clew/service-kit/service-error';
import type { Redis } from 'ioredis';
import type { CounterName } from './counter-names.ts';
import { matchKey } from './keys.ts';
import type { Match } from './match.ts';
import type { Matches } from './matches.ts';

export interface MatchLeaseOptions {
  readonly redis: Redis;
  readonly matches: Matches;
  readonly collections: Collections;
  readonly counters: Counters<CounterName>;
  readonly log: Log;
  readonly simulationId: string;
  /** host:port, as written into the directory. */
  readonly trunkAddress: string;
  readonly controlAddress: string;
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly tombstoneMs: number;
  /** Most matches that are gone and not yet written down. */
  readonly goneMax: number;
}

/** The key outlives the lease by this much: the backstop that frees Redis even if nobody of ours runs. */
const BACKSTOP_MS = 300_000;

/** What is kept of a match that is gone: not its world. */
type Gone = Pick<Match, 'id' | 'epoch' | 'hasEnded'>;

/**
 * The leases of this process' matches: each is renewed every `renewMs`, and what became of those that are gone is written down.
 *
 * E1 Redis away: matches play on. What is missing when it is back was lost with its data, and is written again.
 * E2 A higher epoch or a tombstone refuses: the match is somebody else's or nobody's, and is dropped here.
 * E3 A match that came to its end leaves a tombstone, one that was lost (it failed, the process stops) leaves nothing, so
 *    that its players wait again at once. Also when Redis was away at that moment; beyond the bound the lease runs out.
 * E4 Hundreds renewed at once would be a tick's work: they take turns, some in a trip and in one run of the script. While Redis
 *    is slow, trips carry more, so that no lease waits longer than the round before it took.
 */
export class MatchLease {
  readonly #options: MatchLeaseOptions;
  /** Matches that are gone, which is not yet written down. */
  readonly #gone: Set<Gone>;
  #complained = false;

  constructor(options: MatchLeaseOptions) {
    this.#options = options;
    this.#gone = options.collections.set('simulation.matches_gone', { bound: options.goneMax });
  }

  /** The match is over, or failed; with the next renewal that is written down (E3). */
  gone({ id, epoch, hasEnded }: Match): void {
    if (this.#gone.size < this.#options.goneMax) this.#gone.add({ id, epoch, hasEnded });
  }

  /** Renews until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { matches, renewMs } = this.#options;
    while (!signal.aborted) {
      const owned = [...matches];
      const startMs = performance.now();
      let renewed = 0;
      do {
        const { count, untilMs } = renewedBy(performance.now() - startMs, owned.length, renewMs); // E4
        await this.#trip(owned.slice(renewed, count));
        renewed = count;
        const waitMs = startMs + untilMs - performance.now();
        await sleep(Math.max(0, waitMs), undefined, { signal }).catch(() => {});
      } while (renewed < owned.length && !signal.aborted);
    }
  }

  /** Renews all at once. Never throws (E1). */
  async renew(): Promise<void> {
    await this.#trip([...this.#options.matches]);
  }

  async #trip(matches: readonly Match[]): Promise<void> {
    try {
      await this.#writeGone();
      await this.#renew(matches);
      this.#complained = false;
    } catch (error) {
      this.#options.counters.add('simulation.lease_failures');
      const why = error instanceof ServiceError ? { reason: error.message } : { err: error };
      if (!this.#complained) this.#options.log.warn(why, 'match leases cannot be renewed');
      this.#complained = true;
    }
  }

  async #writeGone(): Promise<void> {
    const { redis, tombstoneMs } = this.#options;
    const gone = [...this.#gone];
    const ended = gone.filter((match) => match.hasEnded);
    const lost = gone.filter((match) => !match.hasEnded);
    const call = (match: Gone, args: readonly number[]) => ({
      keys: [matchKey(match.id)],
      args: [match.epoch, ...args],
    });
    await finishMatch.runEach(
      redis,
      ended.map((match) => call(match, [tombstoneMs])),
    );
    await releaseMatch.runEach(
      redis,
      lost.map((match) => call(match, [])),
    );
    for (const match of gone) this.#gone.delete(match);
  }

  async #renew(matches: readonly Match[]): Promise<void> {
    const { redis, simulationId, trunkAddress, controlAddress, leaseMs } = this.#options;
    const owned = matches.filter(({ isLive }) => isLive).map((match) => ({ match, epoch: match.epoch }));
    const shared = [simulationId, trunkAddress, controlAddress, leaseMs, leaseMs + BACKSTOP_MS];
    const together = redis.isCluster ? 1 : TOGETHER;
    const calls: ScriptCall[] = [];
    for (let first = 0; first < owned.length; first += together) {
      const some = owned.slice(first, first + together);
      calls.push({
        keys: some.map(({ match }) => matchKey(match.id)),
        args: [...shared, ...some.map(({ epoch }) => epoch)],
      });
    }
    const replies = (await renewMatches.runEach(redis, calls)).flat();
    for (const [index, { match, epoch }] of owned.entries()) this.#renewed(match, epoch, replies[index]);
    if (replies.includes(UNREADABLE)) throw new Error("a match's key holds something else");
  }

  #renewed(match: Match, epoch: number, reply: unknown): void {
    const { counters } = this.#options;
    if (reply === 1) counters.add('simulation.leases_renewed');
    else if (reply === 2) counters.add('simulation.leases_reinstated');
    else if (reply === 0 && match.epoch === epoch) this.#drop(match); // E2
  }

  #drop(match: Match): void {
    const { matches, counters, log } = this.#options;
    match.leaseDenied = true;
    counters.add('simulation.leases_refused');
    if (!match.isLive) return; // it ended meanwhile
    log.warn({ match: match.id, epoch: match.epoch }, 'a match has another owner, or is over: dropped');
    matches.end(match, Closed_Reason.REASON_MATCH_UNKNOWN);
  }
}

/** Most in one trip, while trips keep time, and in one run of the script. */
const TOGETHER = 64;
/** What the script answers for a key that holds something else. */
const UNREADABLE = -1;

/** Of a round of so many, which began so long ago: how many should be renewed by now, and for how long that is enough. */
export function renewedBy(elapsedMs: number, matches: number, renewMs: number): { count: number; untilMs: number } {
  const trips = Math.max(1, Math.ceil(matches / TOGETHER));
  const due = Math.min(trips, Math.floor((elapsedMs * trips) / renewMs) + 1);
  return { count: Math.min(matches, due * TOGETHER), untilMs: (due * renewMs) / trips };
}

const script = (name: string) => new LuaScript(new URL(`scripts/${name}.lua`, import.meta.url));
const finishMatch = script('finish-match');
const releaseMatch = script('release-match');
const renewMatches = script('renew-matches');
