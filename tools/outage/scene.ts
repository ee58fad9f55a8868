import type { Transport } from '@clew/client';
import { grpcTransport } from '@clew/client/node';
import { type Stack, startStack } from '../start/stack.ts';
import type { SeenAlert } from './alert-webhook.ts';
import { Load, type LoadTerms } from './load.ts';
import type { WatchPrograms } from './programs.ts';
import { type Sample, startWatch, type Watch, type WatchTarget } from './watch.ts';

/** The heap of the old server, and of each process of Clew under the same load. */
export const MEMORY_LIMIT_MB = 224;

/** Compressed time: what took the outage hours of players coming and going happens in two minutes. */
export const terms: LoadTerms = { stayers: 40, visitorsPerSecond: 0.8, visitSeconds: 3 };

/** Something that was done, or happened. */
export interface Mark {
  readonly atMs: number;
  readonly what: string;
}

/** What a scene leaves for tables and graphs. */
export interface SceneRecord {
  readonly name: string;
  readonly title: string;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly marks: readonly Mark[];
  readonly alerts: readonly SeenAlert[];
  /** What each process cannot give back (heap after garbage collection, and buffers), in bytes. */
  readonly memory: ReadonlyMap<string, readonly Sample[]>;
  readonly memoryLimitMb: number | undefined;
  /** Players with a connection, as they themselves know. */
  readonly players: readonly Sample[];
  /** Times that somebody who wanted to stay was dropped or could not join. */
  readonly lost: ReadonlyMap<string, number>;
}

/** What scenes need. */
export interface Theatre {
  readonly programs: WatchPrograms;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** URL of a Redis that is empty. */
  freshRedis(): Promise<string>;
}

/** What every scene has: players, somebody who watches, and a protocol of what happened. */
export class Stage implements AsyncDisposable {
  readonly theatre: Theatre;
  readonly watch: Watch;
  readonly load: Load;
  readonly marks: Mark[] = [];
  readonly #name: string;
  readonly #title: string;
  readonly #limitMb: number | undefined;
  readonly #beganMs = Date.now();

  private constructor(theatre: Theatre, watch: Watch, load: Load, about: StageOptions) {
    this.theatre = theatre;
    this.watch = watch;
    this.load = load;
    this.#name = about.name;
    this.#title = about.title;
    this.#limitMb = about.limitMb;
  }

  static async open(theatre: Theatre, options: StageOptions): Promise<Stage> {
    const { targets, edge, load = terms } = options;
    theatre.say(`${options.name}: ${options.title}`);
    const watch = await startWatch(theatre.programs, targets, theatre.signal);
    const transport: Transport = grpcTransport();
    return new Stage(theatre, watch, new Load(edge, transport, load), options);
  }

  /** Notes that something happened now; returns when. */
  mark(what: string): number {
    const atMs = Date.now();
    this.marks.push({ atMs, what });
    this.theatre.say(`  ${((atMs - this.#beganMs) / 1_000).toFixed(0).padStart(4)} s  ${what}`);
    return atMs;
  }

  /** Waits; rejects when everything is to stop. */
  async pass(seconds: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, seconds * 1_000);
    const stop = () => reject(this.theatre.signal.reason);
    this.theatre.signal.addEventListener('abort', stop, { once: true });
    await promise.finally(() => {
      clearTimeout(timer);
      this.theatre.signal.removeEventListener('abort', stop);
    });
  }

  /** Seconds from `sinceMs` until the pager heard of it; undefined when it did not in time. */
  async alerted(
    wanted: (alert: SeenAlert) => boolean,
    sinceMs: number,
    withinSeconds: number,
  ): Promise<number | undefined> {
    const { webhook } = this.watch;
    const early = webhook.alerts.find((alert) => alert.status === 'firing' && alert.atMs >= sinceMs && wanted(alert));
    const alert = early ?? (await webhook.next(wanted, withinSeconds * 1_000, this.theatre.signal));
    this.theatre.signal.throwIfAborted();
    if (alert === undefined) return undefined;
    const seconds = (alert.atMs - sinceMs) / 1_000;
    this.mark(`alert: ${alert.annotations.summary} (after ${seconds.toFixed(1)} s)`);
    return seconds;
  }

  /** The record, as it stands. */
  async record(): Promise<SceneRecord> {
    const endedMs = Date.now();
    for (const { atMs, name, labels, annotations } of this.watch.webhook.alerts.filter(
      ({ status }) => status === 'firing',
    )) {
      const at = ((atMs - this.#beganMs) / 1_000).toFixed(0).padStart(4);
      this.theatre.say(`  ${at} s  told: ${name} ${labels.collection ?? ''} ${annotations.summary}`);
    }
    const memory = await this.watch.series('clew:memory_held_bytes', this.#beganMs, endedMs);
    return {
      ...{
        name: this.#name,
        title: this.#title,
        beganMs: this.#beganMs,
        endedMs,
        memory,
        memoryLimitMb: this.#limitMb,
      },
      marks: this.marks,
      alerts: this.watch.webhook.alerts,
      players: this.load.connected,
      lost: this.load.lost,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.load[Symbol.dispose]();
    await this.watch[Symbol.asyncDispose]();
  }
}

export interface StageOptions {
  readonly name: string;
  readonly title: string;
  readonly targets: readonly WatchTarget[];
  readonly edge: string;
  readonly limitMb?: number | undefined;
  readonly load?: LoadTerms;
}

export interface ClewOptions {
  /** More arguments of Node, by the name of the process. */
  readonly nodeArgs?: (name: string) => readonly string[];
  readonly onDeath?: (name: string, how: string) => void;
}

/** All services of Clew, as in production, but for rooms that fill at once: players come and go fast here. */
export async function startClew(theatre: Theatre, options: ClewOptions = {}): Promise<Stack> {
  return startStack({
    redisUrl: await theatre.freshRedis(),
    env: { CLEW_LOG_LEVEL: 'warn', CLEW_TELEMETRY: 'on', CLEW_MATCH_FILL_MS: '500' },
    nodeArgs: (name) => [`--max-old-space-size=${MEMORY_LIMIT_MB}`, ...(options.nodeArgs?.(name) ?? [])],
    ...(options.onDeath ? { onDeath: options.onDeath } : {}),
    signal: theatre.signal,
  });
}
