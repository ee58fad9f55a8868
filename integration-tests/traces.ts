/** What is left of a player: in the processes (by /statusz) and in Redis (by looking at every key). */
import assert from 'node:assert/strict';
import type { Redis } from 'ioredis';
import type { Service, Stack } from '../tools/start/stack.ts';

interface Status {
  readonly counters: Readonly<Record<string, number>>;
  readonly collections: readonly { readonly name: string; readonly size: number; readonly orphans: number }[];
}

export async function statusOf(service: Service): Promise<Status> {
  const response = await fetch(`${service.opsUrl}/statusz`);
  return (await response.json()) as Status;
}

/** Sizes of all registered collections of all processes that run, as `process collection: size`. */
export async function collectionSizes(stack: Stack): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const service of stack.services) {
    const { collections } = await statusOf(service);
    for (const { name, size } of collections) sizes[`${service.name} ${name}`] = size;
  }
  return sizes;
}

/** Collections that have more entries than before, as `process collection: before → now`; empty when nothing is left. */
export async function grownSince(before: Readonly<Record<string, number>>, stack: Stack): Promise<string[]> {
  const now = await collectionSizes(stack);
  return Object.entries(now)
    .filter(([name, size]) => size > (before[name] ?? 0))
    .map(([name, size]) => `${name}: ${before[name] ?? 0} → ${size}`);
}

/** Keys and members of Redis in which the player's id occurs, but for the capped history of session events. */
export async function redisTraces(redis: Redis, id: string): Promise<string[]> {
  const traces: string[] = [];
  for (const key of await keysOf(redis)) {
    if (key.endsWith(':events')) continue;
    const told = JSON.stringify((await contentOf(redis, key)) ?? null);
    if (key.includes(id) || told.includes(id)) traces.push(`${key} ${told}`);
  }
  return traces;
}

/** Every key of Clew has a TTL. */
export async function assertEveryKeyHasTtl(redis: Redis): Promise<void> {
  const eternal: string[] = [];
  for (const key of await keysOf(redis)) if ((await redis.pttl(key)) === -1) eternal.push(key);
  assert.deepEqual(eternal, [], 'keys without TTL');
}

async function keysOf(redis: Redis): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of redis.scanStream({ count: 1_000 })) keys.push(...(page as string[]));
  return keys.sort();
}

async function contentOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'hash':
      return redis.hgetall(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    case 'set':
      return redis.smembers(key);
    case 'list':
      return redis.lrange(key, '0', '-1');
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'string':
      return redis.get(key);
    default:
      return undefined;
  }
}
