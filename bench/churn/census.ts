import type { Redis } from 'ioredis';

/** What is in Redis: how many keys of each pattern, how much in each kind of index, and who lives for ever. */
export interface Census {
  readonly keys: Readonly<Record<string, number>>;
  /** Entries of sorted sets and streams, by pattern. */
  readonly entries: Readonly<Record<string, number>>;
  readonly withoutTtl: readonly string[];
}

export async function census(redis: Redis): Promise<Census> {
  const keys: Record<string, number> = {};
  const entries: Record<string, number> = {};
  const withoutTtl: string[] = [];
  for await (const page of redis.scanStream({ count: 1_000 })) {
    const names = page as string[];
    const pipeline = redis.pipeline();
    for (const name of names) pipeline.pttl(name).type(name);
    const replies = (await pipeline.exec()) ?? [];
    for (const [index, name] of names.entries()) {
      const [, ttlMs] = replies[2 * index]!;
      const [, type] = replies[2 * index + 1]!;
      if (type === 'none') continue; // went meanwhile
      if (ttlMs === -1) withoutTtl.push(name);
      const pattern = patternOf(name);
      keys[pattern] = (keys[pattern] ?? 0) + 1;
      const size = type === 'zset' ? await redis.zcard(name) : type === 'stream' ? await redis.xlen(name) : undefined;
      if (size !== undefined) entries[pattern] = (entries[pattern] ?? 0) + size;
    }
  }
  return { keys, entries, withoutTtl };
}

/** `clew:{s17}:session:0123…` becomes `clew:{s*}:session:*`. */
export function patternOf(key: string): string {
  return key
    .replace(/\{s\d+\}/, '{s*}')
    .replace(/\{m:[^}]*\}/, '{m:*}')
    .replace(/:(session|ticket|player|simulation):.*$/, ':$1:*')
    .replace(/:request:.*$/, ':request:*');
}
