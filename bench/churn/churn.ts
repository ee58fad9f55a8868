import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Attachments } from './attachments.ts';
import { type ChurnStack, startChurnStack } from './churn-stack.ts';
import type { EdgeAddress } from './clients/player.ts';
import { ClientProcess } from './clients/process.ts';
import { type Held, type Way, ways } from './clients/ways.ts';
import type { Door } from './clients/wire/line.ts';
import { Namespace } from './namespace.ts';
import { glance, leftBehind, lower, type Observation, observe, statusOf, usual } from './observation.ts';

/**
 * A stack of one's own through which players pass, in rounds: in each they come over every door and end in every way; and
 * then one waits until all that they held is back.
 *
 * C1 Whoever is stopped or unplugged stays so until the round is settled: it must be forgotten without its help.
 * C2 What is left behind is what never comes back to the baseline, however long one looks.
 */
export interface ChurnOptions {
  readonly redisUrl: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  readonly onLog?: (name: string, line: string) => void;
}

export interface Round {
  /** Sessions that ended, by way. */
  readonly lived: Readonly<Record<string, number>>;
  /** Lives that went otherwise than planned, and why. */
  readonly failed: number;
  readonly failures: readonly string[];
  /** From the moment at which readers stopped to the last one's cut. */
  readonly cutMs: number | undefined;
}

/** Which part of a way's sessions come by which door. */
const doorShares: readonly (readonly [Door, number])[] = [
  ['grpc', 0.4],
  ['web', 0.25],
  ['web-text', 0.1],
  ['web-socket', 0.25],
];
const webDoors: readonly Door[] = ['web', 'web-text', 'web-socket'];
const AT_ONCE = 64;
/** Streams by the hundred are many at once already. */
const STREAMS_AT_ONCE = 2;
const CUT_WITHIN_MS = 60_000;
const POLL_MS = 50;
/** Nothing went any more for this long: longer than every lease and tombstone here. */
const QUIET_MS = 6_000;
const SETTLE_MS_MAX = 60_000;
const OBSERVATIONS_MIN = 3;
/** An odd number. */
const BASELINE_LOOKS = 5;
/** Measured: after a dozen looks a process is as large after a look as before. */
const PROBE_LOOKS = 12;
const GLANCE_MS = 500;

export class Churn implements AsyncDisposable {
  readonly #owned: AsyncDisposableStack;
  readonly #options: ChurnOptions;
  readonly #churnStack: ChurnStack;
  readonly #attachments: Attachments;
  readonly #namespace: Namespace | undefined;
  readonly #redis: Redis;
  /** Stopped or unplugged, until the round is settled. */
  readonly #lost: ClientProcess[] = [];
  #crowds: { readonly grpc: ClientProcess; readonly web: ClientProcess } | undefined;
  /** Why there is no half-open way here; undefined where there is. */
  readonly obstacle: string | undefined;

  private constructor(
    owned: AsyncDisposableStack,
    options: ChurnOptions,
    churnStack: ChurnStack,
    redis: Redis,
    namespace: Namespace | undefined,
    obstacle: string | undefined,
  ) {
    this.#owned = owned;
    this.#options = options;
    this.#churnStack = churnStack;
    this.#attachments = owned.use(new Attachments(churnStack.stack.of('session')[0]!.grpcAddress));
    this.#redis = redis;
    this.#namespace = namespace;
    this.obstacle = obstacle;
  }

  static async start(options: ChurnOptions): Promise<Churn> {
    await using owned = new AsyncDisposableStack();
    const obstacle = await Namespace.obstacle();
    const namespace = obstacle === undefined ? owned.use(await Namespace.create()) : undefined;
    const redis = owned.adopt(new Redis(options.redisUrl), (client) => client.disconnect());
    const { redisUrl, signal, onLog } = options;
    const stack = owned.use(
      await startChurnStack({
        redisUrl,
        signal,
        ...(onLog === undefined ? {} : { onLog }),
        ...(namespace === undefined ? {} : { host: namespace.hostAddress }),
      }),
    );
    return new Churn(owned.move(), options, stack, redis, namespace, obstacle);
  }

  /** All ways, or those that there can be here. */
  get ways(): readonly Way[] {
    return ways.filter((way) => this.obstacleOf(way) === undefined);
  }

  /** Why sessions cannot end this way here. */
  obstacleOf(way: Way): string | undefined {
    return way.kind === 'held' && way.by === 'unplugging' ? this.obstacle : undefined;
  }

  /** How many sessions come when so many are asked for: doors get whole players. */
  planned(sessions: number): number {
    return doorShares.reduce((sum, [, share]) => sum + Math.round(sessions * share), 0);
  }

  get services() {
    return this.#churnStack.stack.services;
  }

  /** Lets sessions of these ways live and end; `sessionsOf` tells how many. */
  async round(chosen: readonly Way[], sessionsOf: (way: Way) => number): Promise<Round> {
    const lived: Record<string, number> = {};
    const failures: string[] = [];
    let failed = 0;
    let cutMs: number | undefined;
    /** Resolves with whose sessions are held. */
    const run = async (client: ClientProcess, way: Way, doors: readonly Door[]) => {
      const playerIds: string[] = [];
      for (const [door, share] of doorShares) {
        const sessions = Math.round(sessionsOf(way) * share);
        if (!doors.includes(door) || sessions === 0) continue;
        this.#options.signal.throwIfAborted();
        const report = await client.carryOut({
          kind: way.kind === 'held' ? 'hold' : 'live',
          way: way.name,
          door,
          edges: this.#edges,
          sessions,
          atOnce: way.name.includes('streams') ? STREAMS_AT_ONCE : AT_ONCE,
        });
        lived[way.name] = (lived[way.name] ?? 0) + report.lived;
        failed += report.failed;
        failures.push(...report.failures.map((why) => `${way.name}, ${why}`));
        playerIds.push(...report.playerIds);
      }
      return playerIds;
    };
    const crowds = this.#crowd();
    const byOwnHand = chosen.filter((way) => way.kind === 'own hand');
    const held = chosen.filter((way) => way.kind === 'held').sort((a, b) => order(a) - order(b));
    await Promise.all([
      (async () => {
        for (const way of byOwnHand) await run(crowds.grpc, way, ['grpc']);
      })(),
      (async () => {
        for (const way of byOwnHand) await run(crowds.web, way, webDoors);
      })(),
      (async () => {
        for (const way of held) {
          const hold = (client: ClientProcess) => run(client, way, ['grpc', ...webDoors]);
          const ms = await this.#end(way, hold);
          if (ms !== undefined) cutMs = Math.max(cutMs ?? 0, ms);
        }
      })(),
    ]);
    return { lived, failed, failures, cutMs };
  }

  /** Looking costs memory, too, the first times: the engine compiles what looks. */
  async warmUpProbes(): Promise<void> {
    for (let look = 0; look < PROBE_LOOKS; look += 1) await this.observe();
  }

  /** What there is when the warm-up is over: those who were lost are ended, and nothing goes any more. */
  async baseline(): Promise<Observation> {
    await this.#endLost();
    const until = performance.now() + SETTLE_MS_MAX;
    let fallMs = performance.now();
    let last = await this.#glance();
    while (performance.now() < until && performance.now() - fallMs < QUIET_MS) {
      await delay(GLANCE_MS, undefined, { signal: this.#options.signal });
      const now = await this.#glance();
      if (leftBehind(last, now).length > 0) fallMs = performance.now();
      last = now;
    }
    const looks: Observation[] = [];
    while (looks.length < BASELINE_LOOKS) looks.push(await this.observe());
    return usual(looks);
  }

  /** Waits until everything is back at the baseline; gives up after a while (C2). Then those who were lost are ended (C1). */
  async settle(baseline: Observation): Promise<Observation> {
    const until = performance.now() + SETTLE_MS_MAX;
    // First what costs nothing to look at.
    while (performance.now() < until && leftBehind(await this.#glance(), baseline.counts).length > 0)
      await delay(GLANCE_MS, undefined, { signal: this.#options.signal });
    let lowest = await this.observe();
    for (let observations = 1; performance.now() < until; observations += 1) {
      if (observations >= OBSERVATIONS_MIN && leftBehind(lowest.counts, baseline.counts).length === 0) break;
      this.#options.signal.throwIfAborted();
      lowest = lower(lowest, await this.observe());
    }
    await this.#endLost();
    return lowest;
  }

  async #endLost(): Promise<void> {
    for (const client of this.#lost.splice(0)) await client[Symbol.asyncDispose]();
    await this.#namespace?.plug();
  }

  #glance() {
    return glance(this.services, this.#redis);
  }

  observe(): Promise<Observation> {
    const { stack, socketOf } = this.#churnStack;
    return observe(stack.services, socketOf, this.#redis);
  }

  /** Sum of a counter over all services that have it. */
  async counted(name: string): Promise<number> {
    const reports = await Promise.all(this.services.map(statusOf));
    return reports.reduce((sum, { counters }) => sum + (counters[name] ?? 0), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endLost();
    await this.#owned.disposeAsync();
  }

  get #edges(): EdgeAddress[] {
    return this.#churnStack.stack.edges.map(({ grpcAddress, webUrl }) => ({ grpcAddress, webUrl }));
  }

  #crowd() {
    this.#crowds ??= {
      grpc: this.#owned.use(new ClientProcess(this.#options.signal)),
      web: this.#owned.use(new ClientProcess(this.#options.signal)),
    };
    return this.#crowds;
  }

  /** Holds sessions and ends them in their way; resolves with how long a cut took, where there is one. */
  async #end(way: Held, hold: (client: ClientProcess) => Promise<readonly string[]>): Promise<number | undefined> {
    const client = new ClientProcess(this.#options.signal, way.by === 'unplugging' ? this.#namespace!.prefix : []);
    this.#lost.push(client);
    const playerIds = await hold(client);
    switch (way.by) {
      case 'SIGKILL':
      case 'SIGSTOP':
        client.signal(way.by);
        return undefined;
      case 'unplugging':
        await this.#namespace!.unplug();
        return undefined;
      case 'stalling': {
        client.tell({ kind: 'stall' });
        const startMs = performance.now();
        while ((await this.#attachments.count(playerIds)) > 0) {
          if (performance.now() - startMs > CUT_WITHIN_MS) break;
          await delay(POLL_MS);
        }
        const cutMs = performance.now() - startMs;
        client.tell({ kind: 'let go' });
        return cutMs;
      }
    }
  }
}

/** Stalled readers first: later others are cut, too. */
const order = ({ by }: Held) => ['stalling', 'SIGKILL', 'SIGSTOP', 'unplugging'].indexOf(by);
