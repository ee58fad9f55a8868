import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Redis } from 'ioredis';
import { inOneTrip, type RedisCommand } from './one-trip.ts';
import { redisFailure } from './redis.ts';

type Argument = string | number | Buffer;

/** Names of scripts by what Redis is told of them. M3: one entry for each file of Lua, two by its hash and whole. */
const names = new Map<string, string>();

/** The name of the script that EVALSHA or EVAL was told: "renew". */
export function scriptName(shaOrSource: string): string | undefined {
  return names.get(shaOrSource);
}

/** Names of all scripts that this process has. */
export function scriptNames(): ReadonlySet<string> {
  return new Set(names.values());
}

/** One run of a script. On a Cluster all keys share a hash tag. */
export interface ScriptCall {
  readonly keys: readonly string[];
  readonly args: readonly Argument[];
}

/**
 * One transition: a Lua file whose header tells purpose, KEYS, ARGV and returns. On a Cluster all KEYS share a hash tag. Run by
 * its hash, sent whole when the server does not know it. Replies are RESP: integers, strings (Buffers with runBuffer), arrays.
 *
 * Scripts that keep the same law may share one file of Lua, the prelude: it is put before the script, behind its `#!`
 * line if it has one.
 */
export class LuaScript {
  readonly #source: string;
  readonly #sha: string;

  /** Reads the files once, at start. */
  constructor(file: URL, prelude?: URL) {
    const script = readFileSync(file, 'utf8');
    this.#source = prelude === undefined ? script : preceded(script, readFileSync(prelude, 'utf8'));
    this.#sha = createHash('sha1').update(this.#source).digest('hex');
    names.set(this.#sha, basename(file.pathname, '.lua'));
    names.set(this.#source, basename(file.pathname, '.lua'));
  }

  /** Runs it. Throws UNAVAILABLE, reason REDIS_AWAY, when Redis does not do its part. */
  run(redis: Redis, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    return this.#run((command, first) => redis.call(command, first, keys.length, ...keys, ...args));
  }

  /** The same, with bulk strings as Buffers. */
  runBuffer(redis: Redis, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    return this.#run((command, first) => redis.callBuffer(command, first, keys.length, ...keys, ...args));
  }

  /**
   * Runs it once for each call, in one round trip; bulk strings are Buffers, replies come in the order of the calls.
   * Throws like `run` when any of them failed, although others may have run: for transitions that may be repeated.
   */
  async runEach(redis: Redis, calls: readonly ScriptCall[]): Promise<unknown[]> {
    if (calls.length === 0) return [];
    const replies = await this.#pipe(redis, calls, false);
    const unknown = [...replies.keys()].filter((index) => isUnknownScript(replies[index]));
    if (unknown.length > 0) {
      const again = await this.#pipe(
        redis,
        unknown.map((index) => calls[index]!),
        true,
      );
      for (const [position, index] of unknown.entries()) replies[index] = again[position];
    }
    for (const reply of replies) if (reply instanceof Error) throw redisFailure(reply);
    return replies;
  }

  async #run(call: (command: 'EVALSHA' | 'EVAL', first: string) => Promise<unknown>): Promise<unknown> {
    try {
      return await call('EVALSHA', this.#sha);
    } catch (error) {
      if (!isUnknownScript(error)) throw redisFailure(error);
    }
    try {
      return await call('EVAL', this.#source);
    } catch (error) {
      throw redisFailure(error);
    }
  }

  /** All of them at once; failures come as values. `whole` sends the source where the server may not know it. */
  #pipe(redis: Redis, calls: readonly ScriptCall[], whole: boolean): Promise<unknown[]> {
    const [command, first] = whole ? (['EVAL', this.#source] as const) : (['EVALSHA', this.#sha] as const);
    return inOneTrip(
      redis,
      calls.map(({ keys, args }): RedisCommand => [command, first, keys.length, ...keys, ...args]),
    );
  }
}

function isUnknownScript(reply: unknown): boolean {
  return reply instanceof Error && reply.message.startsWith('NOSCRIPT');
}

function preceded(script: string, prelude: string): string {
  if (!script.startsWith('#!')) return `${prelude}\n${script}`;
  const end = script.indexOf('\n') + 1;
  return `${script.slice(0, end)}${prelude}\n${script.slice(end)}`;
}
