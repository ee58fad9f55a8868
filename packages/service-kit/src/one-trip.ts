import type { Redis } from 'ioredis';

/** A command's name and arguments. */
export type RedisCommand = readonly [name: string, ...args: (string | number | Buffer)[]];

/**
 * Sends commands at once and waits for all; what each is answered comes in their order, failures as values, bulk strings
 * as Buffers. One pipeline on one server. On a Cluster, where a pipeline must keep to one node, each command finds its
 * own way: those of one tick share what the sockets write, and each follows a slot that moves.
 */
export async function inOneTrip(redis: Redis, commands: readonly RedisCommand[]): Promise<unknown[]> {
  if (commands.length === 0) return [];
  if (redis.isCluster) {
    return Promise.all(
      commands.map(([name, ...args]) => redis.callBuffer(name, ...args).catch((error: unknown) => error)),
    );
  }
  const pipeline = redis.pipeline();
  for (const [name, ...args] of commands) pipeline.callBuffer(name, ...args);
  const results = (await pipeline.exec()) ?? [];
  return results.map(([error, reply]) => error ?? reply);
}
