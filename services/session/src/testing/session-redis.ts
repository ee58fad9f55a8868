import { randomBytes } from 'node:crypto';
import { testRedisUrl } from '@clew/service-kit/testing/test-redis';
import { Redis } from 'ioredis';
import { eventsKey, SHARDS, scriptKeys, sessionPrefix, shardOf } from '../keys.ts';
import { type SessionLaw, SessionStore } from '../session-store.ts';
import { parseToken, type ShownToken } from '../token.ts';

const HOUR_MS = 3_600_000;

/** As a service has it, but that pauses of sweeps are forgiven. */
export const law: SessionLaw = {
  leaseMs: 30_000,
  sweepPauseMsMax: HOUR_MS,
  eventsMax: 10_000,
  eventsMs: 600_000,
  tombstoneMs: 600_000,
};

/**
 * A database of a real Redis with sessions in it, and what only time does: leases are moved past their deadline instead of
 * waited for. Sweeps have just happened in every shard, and pauses of them are forgiven, so that nothing is held off.
 */
export class SessionRedis implements AsyncDisposable {
  readonly url: string;
  readonly redis: Redis;
  readonly store: SessionStore;

  private constructor(url: string) {
    this.url = url;
    this.redis = new Redis(url);
    this.store = new SessionStore(this.redis, law);
  }

  static async open(database: number): Promise<SessionRedis> {
    const opened = new SessionRedis(testRedisUrl(database));
    await opened.clear();
    return opened;
  }

  /** Empties the database; leases may run out. */
  async clear(): Promise<void> {
    await this.redis.flushdb();
    await this.swept(await this.now(), 0);
  }

  /** Redis' clock, in milliseconds. */
  async now(): Promise<number> {
    const [seconds, microseconds] = (await this.redis.time()).map(Number);
    return seconds! * 1_000 + Math.floor(microseconds! / 1_000);
  }

  /** Makes it so that the last sweep of all shards was then, and a hold-off goes until then. */
  async swept(lastMs: number, holdMs: number): Promise<void> {
    const pipeline = this.redis.pipeline();
    for (let shard = 0; shard < SHARDS; shard += 1) {
      const [, sweep] = scriptKeys(shard);
      pipeline.hset(sweep!, { last: lastMs, hold: holdMs }).pexpire(sweep!, HOUR_MS);
    }
    await pipeline.exec();
  }

  key(playerId: string): string {
    return sessionPrefix(shardOf(playerId)) + playerId;
  }

  record(playerId: string): Promise<Record<string, string>> {
    return this.redis.hgetall(this.key(playerId));
  }

  /** Waits until the clock is past an epoch, as it always is when players and not tests make them. */
  async beyond(epoch: number): Promise<void> {
    while ((await this.now()) <= epoch);
  }

  /** Lets the lease run out. */
  async elapse(playerId: string): Promise<void> {
    const past = (await this.now()) - 1;
    await this.redis.hset(this.key(playerId), 'd', past);
    await this.redis.zadd(scriptKeys(shardOf(playerId))[0]!, past, playerId);
  }

  /** Loses everything of the player, as a Redis does that comes back with older data. */
  async lose(playerId: string): Promise<void> {
    await this.redis.del(this.key(playerId));
    await this.redis.zrem(scriptKeys(shardOf(playerId))[0]!, playerId);
  }

  /** What was announced of the player, in order: kind, epoch, match and, where there is one, the reason. */
  async announced(playerId: string): Promise<{ kind: string; epoch: number; match: string; reason?: string }[]> {
    const entries = await this.redis.xrange(eventsKey(shardOf(playerId)), '-', '+');
    return entries
      .map(([, [kind, told]]) => ({ kind: kind!, told: told!.split(' ') }))
      .filter(({ told: [player] }) => player === playerId)
      .map(({ kind, told: [, epoch, match, ...reason] }) => ({
        ...{ kind, epoch: Number(epoch), match: match! },
        ...(reason.join('') === '' ? {} : { reason: reason.join(' ') }),
      }));
  }

  async kinds(playerId: string): Promise<string[]> {
    return (await this.announced(playerId)).map(({ kind }) => kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.redis.flushdb();
    this.redis.disconnect();
  }
}

export const anyPlayer = () => randomBytes(16).toString('hex');

export function shown(token: string): ShownToken {
  const parsed = parseToken(token);
  if (parsed === undefined) throw new Error('not a token');
  return parsed;
}
