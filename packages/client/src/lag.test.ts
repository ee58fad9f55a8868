import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  centreOf,
  createWorld,
  delta,
  emptyRecord,
  emptyView,
  type Hands,
  isDeadEnd,
  type Layout,
  neighbourOffsets,
  passagesOf,
  type SeatInput,
  step,
  TICK_MS,
  view,
} from '@clew/maze';
import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import { Line, Network, seeded } from './fakes/network.ts';
import { InputLog } from './input-log.ts';
import { PlayedMatch } from './played-match.ts';
import { StatsBook } from './stats.ts';

/** Two circles meet: a player's and a clew's. */
const REACH = 256 + 128;

/** Two players on lines of their own, who run for one clew in a dead end, over a simulated network. */
class Duel {
  readonly network = new Network();
  readonly world = createWorld({ seed: 3, rules: { seats: 2, startingTicks: 1 } });
  readonly runners: readonly Runner[];
  readonly cell: number;
  readonly #t: TestContext;
  #shown = emptyView;

  constructor(t: TestContext, oneWaysMs: readonly [number, number]) {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    this.#t = t;
    this.cell = this.world.clews[0]!.cell;
    const random = seeded(1);
    this.runners = oneWaysMs.map((oneWayMs, seat) => new Runner(this, seat, oneWayMs, random));
  }

  [Symbol.dispose](): void {
    for (const { match } of this.runners) match.close();
    this.#t.mock.timers.reset();
  }

  run(ticks: number): void {
    this.network.pass(this.network.nowMs + ticks * TICK_MS, (nowMs) => {
      this.#t.mock.timers.tick(1);
      if (nowMs % TICK_MS === 0) this.#tick();
      for (const runner of this.runners) runner.look();
    });
  }

  #tick(): void {
    const { world } = this;
    const inputs = this.runners.flatMap((runner) => runner.take(world.tick + 1));
    const joins = [0, 1].map((seat) => ({ seat, displayName: `Player ${seat}` }));
    step(world, { ...emptyRecord, joins: world.tick === 0 ? joins : [], inputs });
    const keyframe = world.tick === 1;
    const next = view(world);
    const header = { tick: world.tick, keyframe };
    const regions = [{ region: 0, ...delta(this.#shown, next) }];
    this.#shown = next;
    for (const runner of this.runners) {
      const bytes = PlayResponse.encode(PlayResponse.fromPartial({ header, regions, own: runner.own() })).finish();
      runner.down.send(() => runner.match.frame(PlayResponse.decode(bytes)));
    }
  }
}

class Runner {
  readonly match: PlayedMatch;
  readonly down: Line;
  /** Whether the clew lay there, on his screen, when his own figure touched it there. */
  sawIt: boolean | undefined;
  /** The own tick in which he starts to run. */
  startTick = Number.POSITIVE_INFINITY;
  heading = 0;
  readonly #duel: Duel;
  readonly #seat: number;
  #queue: Input[] = [];
  #marginMs: number | undefined;

  constructor(duel: Duel, seat: number, oneWayMs: number, random: () => number) {
    this.#duel = duel;
    this.#seat = seat;
    const { network } = duel;
    const up = new Line(network, random, oneWayMs, 0);
    this.down = new Line(network, random, oneWayMs, 0);
    this.match = new PlayedMatch({
      ...{ matchId: 'm-1', seat, tickMs: TICK_MS, roundTripMs: oneWayMs * 2 },
      ...{ now: () => network.nowMs, book: new StatsBook(), inputs: new InputLog() },
      send: (inputs) => up.send(() => this.#receive(inputs)),
      onTick: (match, tick) => match.setHands(this.#hands(tick)),
    });
  }

  take(tick: number): SeatInput[] {
    const due = this.#queue.filter((input) => input.tick <= tick);
    this.#queue = this.#queue.filter((input) => input.tick > tick);
    return due.map((input) => ({ seat: this.#seat, ...input }));
  }

  own() {
    const marginMs = this.#marginMs;
    this.#marginMs = undefined;
    return marginMs === undefined ? undefined : { inputMargin: { marginMs, late: 0 } };
  }

  look(): void {
    const sample = this.match.sample();
    if (sample === undefined || this.sawIt !== undefined) return;
    const { x, y } = centreOf(sample.layout, this.#duel.cell);
    if (Math.hypot(sample.own.x - x, sample.own.y - y) > REACH) return;
    this.sawIt = sample.clews.some(({ cell }) => cell === this.#duel.cell);
  }

  get clews(): number {
    return this.#duel.world.avatars[this.#seat]!.clews;
  }

  #hands(tick: number): Hands {
    return { forward: tick >= this.startTick ? 127 : 0, strafe: 0, heading: this.heading, buttons: 0 };
  }

  #receive(inputs: readonly Input[]): void {
    const { world, network } = this.#duel;
    const newest = Math.max(world.avatars[this.#seat]!.lastInput, this.#queue.at(-1)?.sequence ?? 0);
    for (const input of inputs.filter(({ sequence }) => sequence > newest)) {
      const nextTickMs = Math.floor(network.nowMs / TICK_MS) * TICK_MS + TICK_MS;
      this.#marginMs = Math.round(nextTickMs - network.nowMs + (input.tick - world.tick - 1) * TICK_MS);
      this.#queue.push(input);
    }
  }
}

/** The way into a dead end, as a heading, and the cell before it. */
function wayInto(layout: Layout, cell: number): { before: number; heading: number } {
  assert.ok(isDeadEnd(layout.cells, cell));
  const out = [0, 1, 2, 3].find((direction) => passagesOf(layout.cells, cell) & (1 << direction))!;
  return { before: cell + neighbourOffsets(layout)[out]!, heading: ((out + 1) & 3) * 16_384 };
}

/** Two run for a clew, the second one so many ticks later, and so much nearer; returns them afterwards. */
function race(t: TestContext, oneWaysMs: readonly [number, number], behindTicks: number): readonly Runner[] {
  using duel = new Duel(t, oneWaysMs);
  duel.run(80);
  const { before, heading } = wayInto(duel.world.layout, duel.cell);
  const place = centreOf(duel.world.layout, before);
  for (const [seat, runner] of duel.runners.entries()) {
    Object.assign(duel.world.avatars[seat]!, place);
    runner.heading = heading;
    runner.startTick = duel.world.tick + 60 + seat * behindTicks;
  }
  duel.run(110);
  return duel.runners;
}

test('two who both see themselves first both have the clew', (t) => {
  for (const oneWaysMs of [
    [10, 100],
    [75, 75],
    [100, 10],
  ] as const) {
    const [first, second] = race(t, oneWaysMs, 1);
    assert.deepEqual([first!.sawIt, second!.sawIt], [true, true], `${oneWaysMs} ms: both saw it lie there`);
    assert.deepEqual([first!.clews, second!.clews], [1, 1], `${oneWaysMs} ms: both have it`);
  }
});

test('whoever sees that it is gone before he is there does not have it', (t) => {
  for (const oneWaysMs of [
    [10, 100],
    [75, 75],
    [100, 10],
  ] as const) {
    const [first, second] = race(t, oneWaysMs, 9);
    assert.deepEqual([first!.sawIt, second!.sawIt], [true, false], `${oneWaysMs} ms`);
    assert.deepEqual([first!.clews, second!.clews], [1, 0], `${oneWaysMs} ms`);
  }
});

test('what a player saw is what happens, whatever the latency and the distance between the two', (t) => {
  const latencies = [
    [20, 75],
    [75, 20],
    [75, 75],
    [10, 100],
  ] as const;
  for (const oneWaysMs of latencies) {
    let favours = 0;
    const saw = new Set<boolean | undefined>();
    for (let behindTicks = 0; behindTicks <= 8; behindTicks++) {
      const [first, second] = race(t, oneWaysMs, behindTicks);
      const told = `${oneWaysMs} ms, ${behindTicks} ticks behind: saw it ${second!.sawIt}, has ${second!.clews}`;
      assert.equal(first!.clews, 1, told);
      saw.add(second!.sawIt);
      if (second!.sawIt) assert.equal(second!.clews, 1, told);
      else favours += second!.clews;
    }
    assert.deepEqual(saw, new Set([true, false]), 'some are in time, some are not');
    // The screen shows the own figure between the last two ticks: what is seen there is up to a tick newer.
    assert.ok(favours <= 1, `${oneWaysMs} ms: ${favours} have what they saw gone`);
  }
});
