import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ChainableCommander, Redis } from 'ioredis';
import { redisFailure } from './redis.ts';

type Argument = string | number | Buffer;

/**
 * One transition: a Lua file whose header tells purpose, KEYS, ARGV and returns. All KEYS share a hash tag. Run by its
 * hash, sent whole when the server does not know it. Replies are RESP: integers, strings (Buffers with runBuffer), arrays.
 * Several files are read as one script: first what a family of scripts shares, then the transition itself.
 */
export class LuaScript {
  readonly #source: string;
  readonly #sha: string;

  /** Reads the files once, at start. */
  constructor(...files: readonly [URL, ...URL[]]) {
    this.#source = files.map((file) => readFileSync(file, 'utf8')).join('\n');
    this.#sha = createHash('sha1').update(this.#source).digest('hex');
  }

  /** Runs it. Throws UNAVAILABLE, reason REDIS_AWAY, when Redis does not do its part. */
  run(redis: Redis, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    return this.#run((command, first) => redis.call(command, first, keys.length, ...keys, ...args));
  }

  /** The same, with bulk strings as Buffers. */
  runBuffer(redis: Redis, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    return this.#run((command, first) => redis.callBuffer(command, first, keys.length, ...keys, ...args));
  }

  /** Queues it on a pipeline, whole (a pipeline cannot fall back). */
  queue(pipeline: ChainableCommander, keys: readonly string[], args: readonly Argument[]): void {
    pipeline.eval(this.#source, keys.length, ...keys, ...args);
  }

  async #run(call: (command: 'EVALSHA' | 'EVAL', first: string) => Promise<unknown>): Promise<unknown> {
    try {
      return await call('EVALSHA', this.#sha);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw redisFailure(error);
    }
    try {
      return await call('EVAL', this.#source);
    } catch (error) {
      throw redisFailure(error);
    }
  }
}
