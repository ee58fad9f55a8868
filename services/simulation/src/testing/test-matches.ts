import type { TestContext } from 'node:test';
import { defaultRules, type Rules, TICK_MS } from '@clew/maze';
import { Collections } from '@clew/service-kit/collections';
import { Counters } from '@clew/service-kit/counters';
import { createLog } from '@clew/service-kit/log';
import { Scratch } from '@clew/service-kit/scratch';
import { counterNames } from '../counter-names.ts';
import { FrameEncoder } from '../frame-encoder.ts';
import type { Match } from '../match.ts';
import { Matches } from '../matches.ts';
import { RegionEncoder } from '../region-encoder.ts';
import { PHASES } from '../tick-loop.ts';
import { TrunkService } from '../trunk-service.ts';
import { FakeEdge } from './fake-edge.ts';

export const player = (number: number, sessionEpoch = 1) => ({
  playerId: number.toString(16).padStart(32, '0'),
  sessionEpoch,
  displayName: `player ${number}`,
});

/** Matches that play one level of a few seconds. */
export const shortRules: Rules = {
  ...defaultRules,
  seats: 4,
  levels: 1,
  baseSize: 3,
  startingTicks: 3,
  climbingTicksMax: 40,
  scoringTicks: 3,
};

export interface TestOptions {
  readonly rules?: Rules;
  readonly matchesMax?: number;
  readonly trunksMax?: number;
}

/** The heart of a simulation, real listener included; its time passes only when a test says so. */
export class TestMatches {
  readonly collections = new Collections();
  readonly counters = new Counters(counterNames);
  readonly log = createLog({ name: 'test', level: 'silent', format: 'json' });
  readonly gone: Match[] = [];
  readonly scratch = new Scratch();
  readonly matches: Matches;
  readonly trunks: TrunkService;
  readonly #edges: FakeEdge[] = [];
  #port = 0;
  nowMs = 1_000;

  private constructor({ rules = shortRules, matchesMax = 10, trunksMax = 4 }: TestOptions) {
    const { collections, counters, log } = this;
    const clock = () => this.nowMs;
    const { scratch } = this;
    this.matches = new Matches({
      rules,
      scratch,
      encoder: new FrameEncoder(scratch),
      regions: new RegionEncoder(scratch),
      limits: { reservedMs: 10_000, detachedMs: 30_000, finishedMs: 500 },
      matchesMax,
      onGone: (match) => this.gone.push(match),
      clock,
      collections,
      counters,
      log,
    });
    this.trunks = new TrunkService({
      matches: this.matches,
      trunksMax,
      channelsMax: matchesMax * rules.seats,
      stallMs: 5_000,
      aliveMs: 200,
      clock,
      collections,
      counters,
      log,
    });
  }

  static async open(context: TestContext, options: TestOptions = {}): Promise<TestMatches> {
    const test = new TestMatches(options);
    test.#port = await test.trunks.listen('127.0.0.1', 0);
    context.after(async () => {
      for (const edge of test.#edges) edge.close();
      await test.trunks.stop(0);
    });
    return test;
  }

  get port(): number {
    return this.#port;
  }

  edge(edgeId?: string): FakeEdge {
    const edge = new FakeEdge(this.#port, edgeId);
    this.#edges.push(edge);
    return edge;
  }

  /** A match with players 1 to n. */
  match(players = 1, id = 'm-1'): Match {
    const coming = Array.from({ length: players }, (_, index) => player(index + 1));
    return this.matches.create(id, 1, coming);
  }

  /** Time passes: all matches tick, edges are sent what there is. */
  pass(ticks = 1): void {
    for (let tick = 0; tick < ticks; tick++) {
      for (let phase = 0; phase < PHASES; phase++) {
        this.nowMs += TICK_MS / PHASES;
        this.matches.tickPhase(phase, this.nowMs);
        this.trunks.flush(this.nowMs);
      }
    }
  }

  /** Time passes until it is true; edges that read get the time to do so. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      this.pass();
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The event loop goes on, time does not, until it is true. */
  async settle(condition: () => boolean): Promise<void> {
    while (!condition()) {
      this.trunks.flush(this.nowMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Attaches while the event loop goes on and time does not. */
  async attach(edge: FakeEdge, channel: number, matchId: string, number: number, sessionEpoch = 1) {
    const attached = edge.attach(channel, matchId, player(number).playerId, sessionEpoch);
    let done = false;
    attached.then(() => {
      done = true;
    });
    await this.settle(() => done);
    return attached;
  }

  orphans(): number {
    return this.collections.report().reduce((sum, { orphans }) => sum + orphans, 0);
  }

  size(collection: string): number | undefined {
    return this.collections.report().find(({ name }) => name === collection)?.size;
  }
}
