import { inOneTrip, type RedisCommand } from '@clew/service-kit/one-trip';
import type { Redis } from 'ioredis';
import { SHARDS, scriptKeys } from './keys.ts';

/** Whoever reads more often gets the last survey again. */
const freshMs = 2_000;

/** How many leases Redis holds, and how late the latest of them is; asked for in one round trip when somebody reads. */
export class LeaseSurvey {
  readonly #redis: Redis;
  #takenMs = Number.NEGATIVE_INFINITY;
  #count: number | undefined;
  #lagSeconds: number | undefined;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Undefined while Redis is away. */
  get count(): number | undefined {
    return this.#count;
  }

  get lagSeconds(): number | undefined {
    return this.#lagSeconds;
  }

  /** Never rejects. */
  async refresh(): Promise<void> {
    if (performance.now() - this.#takenMs < freshMs) return;
    this.#takenMs = performance.now();
    try {
      await this.#ask();
    } catch {
      this.#count = undefined;
      this.#lagSeconds = undefined;
    }
  }

  async #ask(): Promise<void> {
    const ask: RedisCommand[] = [['TIME']];
    for (let shard = 0; shard < SHARDS; shard += 1) {
      const [deadlines = ''] = scriptKeys(shard);
      ask.push(['ZCARD', deadlines], ['ZRANGE', deadlines, '0', '0', 'WITHSCORES']);
    }
    const replies = await inOneTrip(this.#redis, ask);
    for (const reply of replies) if (reply instanceof Error) throw reply;
    const [time, ...shards] = replies as [Buffer[], ...unknown[]];
    const nowMs = Number(time[0]) * 1_000 + Number(time[1]) / 1_000;
    let count = 0;
    let earliestMs = nowMs;
    for (let at = 0; at < shards.length; at += 2) {
      count += Number(shards[at]);
      const [, score] = (shards[at + 1] as unknown[]).flat(); // a pair in the list, as RESP3 has it
      if (score !== undefined) earliestMs = Math.min(earliestMs, Number(score));
    }
    this.#count = count;
    this.#lagSeconds = (nowMs - earliestMs) / 1_000;
  }
}
