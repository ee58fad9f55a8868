import type { Redis } from 'ioredis';
import type { Log } from './log.ts';
import { LuaScript } from './lua-script.ts';
import { connectRedis, redisReady } from './redis.ts';

/** How the process of the same name before this one ended; `first`: there was none, or it is forgotten. */
export type StartKind = 'clean' | 'unclean' | 'first';

export interface ProcessMarkOptions {
  readonly redisUrl: string;
  /** The process' stable name. */
  readonly name: string;
  readonly log: Log;
  /** How long a mark is kept without a sign of its process. */
  readonly ttlMs?: number;
}

const weekMs = 7 * 24 * 3_600_000;
/** A mark is written again several times before it would run out. */
const writesPerTtl = 4;
const stopMsMax = 500;

/**
 * The mark that a process leaves in Redis under its stable name: "running" from its start, "clean" when it stopped in order.
 * Who finds "running" at the start follows one that crashed, was killed or ran out of memory.
 *
 * P1 Nothing waits for it: Redis may come minutes later, or never; then the kind stays unknown.
 * P2 It holds a connection only while it writes, and tries for as long as Redis is away.
 * P3 Stopping is bounded; a "clean" that cannot be written reads "unclean" at the next start: better one alert too many.
 */
export class ProcessMark {
  readonly #options: ProcessMarkOptions;
  readonly #stop = new AbortController();
  readonly #key: string;
  readonly #ttlMs: number;
  readonly #again: NodeJS.Timeout;
  #marking: Promise<void>;
  #kind: StartKind | undefined;
  #uncleanStarts: number | undefined;

  /** Begins at once. */
  constructor(options: ProcessMarkOptions) {
    this.#options = options;
    this.#ttlMs = options.ttlMs ?? weekMs;
    this.#key = `clew:{process:${options.name}}:mark`;
    this.#marking = this.#start();
    this.#again = setInterval(() => {
      this.#marking = this.#marking.then(() =>
        this.#write(this.#stop.signal, (redis) => redis.pexpire(this.#key, this.#ttlMs)),
      );
    }, this.#ttlMs / writesPerTtl).unref();
  }

  /** Undefined until Redis answered. */
  get kind(): StartKind | undefined {
    return this.#kind;
  }

  /** Unclean starts under this name, this one included; undefined until Redis answered. */
  get uncleanStarts(): number | undefined {
    return this.#uncleanStarts;
  }

  /** The process stopped in order. Never rejects; waits for no Redis that was not there before. */
  async stopped(): Promise<void> {
    clearInterval(this.#again);
    this.#stop.abort(new Error('the process stops'));
    await this.#marking;
    if (this.#kind === undefined) return; // it never said that it runs
    const inTime = AbortSignal.timeout(stopMsMax);
    await this.#write(inTime, (redis) => processStopped.run(redis, [this.#key], [this.#ttlMs])); // P3
  }

  async #start(): Promise<void> {
    const { log } = this.#options;
    await this.#write(this.#stop.signal, async (redis) => {
      const reply = await processStarted.run(redis, [this.#key], [this.#ttlMs]);
      const [kind, unclean] = reply as [StartKind, number];
      this.#kind = kind;
      this.#uncleanStarts = unclean;
      if (kind === 'unclean') log.warn({ unclean }, 'the process before this one did not stop in order');
      else log.info({ start: kind }, 'started');
    });
  }

  /** Writes when Redis is there, until the signal (P2). Never rejects (P1). */
  async #write(signal: AbortSignal, write: (redis: Redis) => Promise<unknown>): Promise<void> {
    if (signal.aborted) return;
    // Whoever else is connected tells that Redis is away.
    const redis = connectRedis(this.#options.redisUrl, this.#options.log.child({}, { level: 'silent' }));
    try {
      await redisReady(redis, signal);
      await write(redis);
    } catch {
      // Stopped, or Redis went again: the next start may say "unclean" (P3).
    } finally {
      redis.disconnect();
    }
  }
}

const script = (name: string) => new LuaScript(new URL(`scripts/${name}.lua`, import.meta.url));
const processStarted = script('process-started');
const processStopped = script('process-stopped');
