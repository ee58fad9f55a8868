import { setTimeout as sleep } from 'node:timers/promises';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import type { Collections } from '@clew/service-kit/collections';
import type { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import { LuaScript } from '@clew/service-kit/lua-script';
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
  /** Most matches that are over and not yet written down. */
  readonly overMax: number;
}

/** The key outlives the lease by this much: the backstop that frees Redis even if nobody of ours runs. */
const BACKSTOP_MS = 300_000;

/**
 * The leases of this process' matches: all are renewed in one round trip, and those that are over are written down.
 *
 * E1 Redis away: matches play on. What is missing when it is back was lost with its data, and is written again.
 * E2 A higher epoch or a tombstone refuses: the match is somebody else's or nobody's, and is dropped here.
 * E3 A match that is over leaves a tombstone, also when Redis was away at that moment; beyond the bound the lease runs
 *    out instead.
 */
export class MatchLease {
  readonly #options: MatchLeaseOptions;
  /** Epochs of matches that are over and not yet written down, by match. */
  readonly #over: Map<string, number>;
  #complained = false;

  constructor(options: MatchLeaseOptions) {
    this.#options = options;
    this.#over = options.collections.map('simulation.matches_over', { bound: options.overMax });
  }

  /** The match is over; with the next renewal it is written down (E3). */
  over({ id, epoch }: Match): void {
    if (this.#over.size < this.#options.overMax) this.#over.set(id, epoch);
  }

  /** Renews until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.renew();
      await sleep(this.#options.renewMs, undefined, { signal }).catch(() => {});
    }
  }

  /** One round. Never throws (E1). */
  async renew(): Promise<void> {
    try {
      await this.#finishOver();
      await this.#renewAll();
      this.#complained = false;
    } catch (error) {
      this.#options.counters.add('simulation.lease_failures');
      if (!this.#complained) this.#options.log.warn({ err: error }, 'match leases cannot be renewed');
      this.#complained = true;
    }
  }

  async #finishOver(): Promise<void> {
    const over = [...this.#over];
    const { redis, tombstoneMs } = this.#options;
    const calls = over.map(([id, epoch]) => ({ keys: [matchKey(id)], args: [epoch, tombstoneMs] }));
    await finishMatch.runEach(redis, calls);
    for (const [id] of over) this.#over.delete(id);
  }

  async #renewAll(): Promise<void> {
    const { redis, matches, counters, simulationId, trunkAddress, controlAddress, leaseMs } = this.#options;
    const owned = [...matches].map((match) => ({ match, epoch: match.epoch }));
    const calls = owned.map(({ match, epoch }) => ({
      keys: [matchKey(match.id)],
      args: [epoch, simulationId, trunkAddress, controlAddress, leaseMs, leaseMs + BACKSTOP_MS],
    }));
    const replies = await renewMatch.runEach(redis, calls);
    for (const [index, { match, epoch }] of owned.entries()) {
      const reply = replies[index];
      if (reply === 1) counters.add('simulation.leases_renewed');
      else if (reply === 2) counters.add('simulation.leases_reinstated');
      else if (match.epoch === epoch) this.#drop(match); // E2
    }
  }

  #drop(match: Match): void {
    const { matches, counters, log } = this.#options;
    counters.add('simulation.leases_refused');
    if (!match.isLive) return; // it ended meanwhile
    log.warn({ match: match.id, epoch: match.epoch }, 'a match has another owner, or is over: dropped');
    matches.end(match, Closed_Reason.REASON_MATCH_UNKNOWN);
  }
}

const script = (name: string) => new LuaScript(new URL(`scripts/${name}.lua`, import.meta.url));
const finishMatch = script('finish-match');
const renewMatch = script('renew-match');
