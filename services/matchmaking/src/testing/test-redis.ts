import type { CreateTicketRequest, Member } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { testRedisUrl } from '@clew/service-kit/testing/test-redis';
import { Redis } from 'ioredis';
import { queueKeys, registryKeys } from '../keys.ts';

/** A database of the real Redis, emptied, for the tests of one file; lets leases run out without waiting for them. */
export class TestRedis implements AsyncDisposable {
  readonly url: string;
  readonly redis: Redis;

  private constructor(url: string) {
    this.url = url;
    this.redis = new Redis(url);
  }

  static async open(database: number): Promise<TestRedis> {
    const opened = new TestRedis(testRedisUrl(database));
    await opened.redis.flushdb();
    return opened;
  }

  /** As if somebody had been sweeping for a while: no hold-off. */
  async sweptLately(): Promise<void> {
    for (const key of [queueKeys.sweep, registryKeys.sweep]) {
      await this.redis.hset(key, { time: await this.nowMs(), hold_until: 0 });
    }
  }

  /** As if nobody had swept for a minute: Redis was away. */
  async wasAway(): Promise<void> {
    for (const key of [queueKeys.sweep, registryKeys.sweep]) {
      await this.redis.hset(key, { time: (await this.nowMs()) - 60_000, hold_until: 0 });
    }
  }

  /** The ticket's lease is over. */
  async lapseTicket(ticketId: string): Promise<void> {
    await this.redis.hset(`${queueKeys.ticketPrefix}${ticketId}`, { deadline: 1 });
    await this.redis.zadd(queueKeys.deadlines, 1, ticketId);
  }

  /** The time to place it is over. */
  async lapseClaim(ticketId: string): Promise<void> {
    await this.redis.zadd(queueKeys.claimed, 'XX', 1, ticketId);
  }

  async nowMs(): Promise<number> {
    const [seconds, microseconds] = await this.redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  }

  /** Keys that are left, but for the sweep's own and those that repeated requests are known by. */
  async remains(): Promise<string[]> {
    const keys = await this.redis.keys('*');
    return keys.filter((key) => !key.endsWith(':sweep') && !key.includes(':request:')).sort();
  }

  /** Keys that would stay for ever. */
  async immortal(): Promise<string[]> {
    const keys = await this.redis.keys('*');
    const ttls = await Promise.all(keys.map((key) => this.redis.pttl(key)));
    return keys.filter((_key, index) => ttls[index] === -1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.redis.flushdb();
    this.redis.disconnect();
  }
}

/** The nth player. */
export const member = (n: number): Member => ({
  playerId: n.toString(16).padStart(32, '0'),
  sessionEpoch: 1_000 + n,
  displayName: `Player ${n}`,
});

/** A party of these players, as an edge would ask for it. */
export const party = (players: readonly number[], more: Partial<CreateTicketRequest> = {}): CreateTicketRequest => ({
  members: players.map(member),
  requestId: '',
  front: false,
  ...more,
});
