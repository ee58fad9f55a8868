import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolEnvironment } from '../tools/setup.mjs';
import { findRedis } from '../tools/start/redis-server.ts';
import type { Bench } from './area.ts';
import { preparePeer } from './peers.ts';

/** What an area may use, with a Redis of its own where it asks for one. */
export class OwnBench implements Bench, AsyncDisposable {
  readonly stop: AbortSignal;
  readonly say: (line: string) => void;
  readonly #owned = new AsyncDisposableStack();
  #redisUrl: Promise<string> | undefined;

  constructor(stop: AbortSignal, say: (line: string) => void) {
    this.stop = stop;
    this.say = say;
  }

  // Not methods: areas take them out of it.
  readonly peer = (name: string): Promise<string> => preparePeer(name, this.say, { signal: this.stop });

  readonly redis = (): Promise<string> => {
    this.#redisUrl ??= this.#startRedis();
    return this.#redisUrl;
  };

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }

  async #startRedis(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'clew-bench-'));
    this.#owned.defer(() => rm(folder, { recursive: true, force: true }));
    const observer = { line: () => undefined, died: (how: string) => this.say(`Redis died (${how})`) };
    const redis = await findRedis({ env: toolEnvironment(), folder, say: this.say, observer, signal: this.stop });
    this.#owned.defer(() => redis.stop());
    await redis.answers;
    return redis.url;
  }
}
