import { setTimeout as delay } from 'node:timers/promises';
import type { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import { masters, redisFailure } from '@clew/service-kit/redis';
import { ServiceError } from '@clew/service-kit/service-error';
import type { Redis } from 'ioredis';
import { playerOf, SHARDS } from './keys.ts';
import type { SessionCounter } from './session-counters.ts';
import type { SessionStore } from './session-store.ts';

/**
 * Looks for what no script of ours leaves behind, but a restored backup or a hand in Redis may: entries of the index that
 * do not fit a record, records that the index or their TTL forgot. Bounded in each round and spread over time: a pass over
 * everything takes as long as it takes. What it mends is counted, and ends as every lease does: by the sweep.
 */
export interface RepairerOptions {
  readonly redis: Redis;
  readonly store: Pick<SessionStore, 'repairIndex' | 'repairRecords'>;
  readonly counters: Counters<SessionCounter>;
  readonly log: Log;
  /** Between two rounds. */
  readonly repairMs: number;
  /** Entries, and keys, looked at in one round. */
  readonly batch: number;
}

/** Repairs until the signal. */
export async function repairUntil(signal: AbortSignal, options: RepairerOptions): Promise<void> {
  const { store, counters, log, repairMs, batch } = options;
  const index = { shard: 0, cursor: '0' };
  const keys = new KeyScan(options.redis);
  while (!signal.aborted) {
    try {
      const { cursor, strays } = await store.repairIndex(index.shard, index.cursor, batch);
      index.cursor = cursor;
      if (cursor === '0') index.shard = (index.shard + 1) % SHARDS;
      const records = await store.repairRecords(await keys.next(batch));
      counters.add('session.strayEntries', strays);
      counters.add('session.strayRecords', records);
      if (strays + records > 0) log.warn({ entries: strays, records }, 'strays were found and mended');
    } catch (error) {
      counters.add('session.repairsFailed');
      const { status, reason } = ServiceError.from(error);
      if (reason !== 'REDIS_AWAY') log.error({ err: error, status }, 'repair failed');
    }
    await delay(repairMs, undefined, { signal }).catch(() => {});
  }
}

/** Goes through the sessions' keys of all servers, again and again. */
class KeyScan {
  readonly #redis: Redis;
  #server = 0;
  #cursor = '0';

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Players of about so many keys. */
  async next(count: number): Promise<string[]> {
    const servers = masters(this.#redis);
    const server = servers[this.#server % Math.max(servers.length, 1)];
    if (server === undefined) return [];
    let found: string[];
    try {
      [this.#cursor, found] = await server.scan(this.#cursor, 'MATCH', 'clew:{s*}:session:*', 'COUNT', count);
    } catch (error) {
      this.#cursor = '0'; // of a server that may be another one when it is back
      throw redisFailure(error);
    }
    if (this.#cursor === '0') this.#server += 1;
    return found.flatMap((key) => playerOf(key) ?? []);
  }
}
