import assert from 'node:assert/strict';
import test from 'node:test';
import { FLAG_BOT, FLAG_DETACHED, FLAG_OUT, FLAG_SPRINT } from './avatar.ts';
import { type Hands, IDLE_TICKS, INPUT_HOLD_TICKS, restingHands, SEQUENCE_MAX, SPRINT } from './input.ts';
import { emptyRecord, type JournalRecord } from './journal.ts';
import { DIRECTIONS, passagesOf } from './layout.ts';
import { Phase } from './level.ts';
import { botName } from './names.ts';
import { step } from './step.ts';
import { QUARTER_TURN } from './units.ts';
import { createWorld, type World } from './world.ts';

const rules = { seats: 3, levels: 1, baseSize: 6, startingTicks: 1, climbingTicksMax: 50_000 };

function record(change: Partial<JournalRecord>): JournalRecord {
  return { ...emptyRecord, ...change };
}

function input(seat: number, sequence: number, hands: Partial<Hands>, heading = 0) {
  return { seat, ...restingHands(heading), ...hands, sequence, tick: 0 };
}

/** A world where Ann has just taken seat 0 and may move. */
function worldWithAnn(): World {
  const world = createWorld({ seed: 5, rules });
  step(world, record({ joins: [{ seat: 0, displayName: 'Ann' }] }));
  assert.equal(world.level.phase, Phase.CLIMBING);
  return world;
}

/** A heading that leads out of where seat 0 stands. */
function openHeading({ layout, starts }: World): number {
  const passages = passagesOf(layout.cells, starts[0]!);
  return ((DIRECTIONS.find((direction) => passages & (1 << direction))! + 3) & 3) * QUARTER_TURN;
}

function steps(world: World, count: number): void {
  for (let tick = 0; tick < count; tick++) step(world, emptyRecord);
}

test('bots sit on all seats until players come, and on each again when its player leaves', () => {
  const world = createWorld({ seed: 5, rules });
  assert.ok(world.avatars.every((figure) => figure.flags === FLAG_BOT && figure.displayName === botName(figure.seat)));
  step(world, record({ joins: [{ seat: 1, displayName: 'Ann' }] }));
  assert.deepEqual(
    world.avatars.map((figure) => [figure.displayName, figure.flags & FLAG_BOT]),
    [
      [botName(0), FLAG_BOT],
      ['Ann', 0],
      [botName(2), FLAG_BOT],
    ],
  );
  step(world, record({ leaves: [1] }));
  assert.equal(world.avatars[1]!.displayName, botName(1));
  assert.equal(world.avatars[1]!.flags & FLAG_BOT, FLAG_BOT);
});

test('no two bots share a name', () => {
  const names = Array.from({ length: 100 }, (_, seat) => botName(seat));
  assert.equal(new Set(names).size, 100);
});

test('a player goes on where the bot was, and the bot where the player was, with the points', () => {
  const world = createWorld({ seed: 5, rules });
  steps(world, 40);
  world.avatars[0]!.points = 7;
  const { x, y } = world.avatars[0]!;
  step(world, record({ joins: [{ seat: 0, displayName: 'Ann' }] }));
  assert.deepEqual([world.avatars[0]!.x, world.avatars[0]!.y, world.avatars[0]!.points], [x, y, 7]);
  step(world, record({ leaves: [0] }));
  assert.equal(world.avatars[0]!.points, 7);
});

test('who takes the seat of a bot that is out begins at the start', () => {
  const world = createWorld({ seed: 5, rules });
  step(world, emptyRecord);
  world.avatars[0]!.arrival = 1;
  step(world, record({ joins: [{ seat: 0, displayName: 'Ann' }] }));
  assert.equal(world.avatars[0]!.arrival, 0);
  assert.equal(world.avatars[0]!.flags & FLAG_OUT, 0);
});

test('a seat that is left and joined in one tick is the newcomer’s', () => {
  const world = worldWithAnn();
  step(world, record({ leaves: [0], joins: [{ seat: 0, displayName: 'Bob' }] }));
  assert.deepEqual([world.avatars[0]!.displayName, world.avatars[0]!.taken], ['Bob', true]);
});

test('a seat can be reserved: joined and detached in one tick, its avatar waits', () => {
  const world = createWorld({ seed: 5, rules });
  step(world, record({ joins: [{ seat: 0, displayName: 'Ann' }], detaches: [0] }));
  const { x, y } = world.avatars[0]!;
  steps(world, 20);
  assert.deepEqual([world.avatars[0]!.x, world.avatars[0]!.y], [x, y]);
  assert.equal(world.avatars[0]!.flags, FLAG_DETACHED);
});

test('joining a taken seat only renames', () => {
  const world = worldWithAnn();
  step(world, record({ inputs: [input(0, 4, {})] }));
  step(world, record({ joins: [{ seat: 0, displayName: 'Anne' }] }));
  assert.deepEqual([world.avatars[0]!.displayName, world.avatars[0]!.lastInput], ['Anne', 4]);
});

test('an input holds for ten ticks, then the hands are at rest', () => {
  const world = worldWithAnn();
  const figure = world.avatars[0]!;
  const heading = openHeading(world);
  step(world, record({ inputs: [input(0, 1, { forward: 10 }, heading)] }));
  let moved = 1;
  for (let tick = 0; tick < 20; tick++) {
    const { x, y } = figure;
    step(world, emptyRecord);
    if (figure.x !== x || figure.y !== y) moved++;
  }
  assert.equal(moved, INPUT_HOLD_TICKS);
  assert.equal(figure.heading, heading);
});

test('an input holds until the next one', () => {
  const world = worldWithAnn();
  const figure = world.avatars[0]!;
  const heading = openHeading(world);
  step(world, record({ inputs: [input(0, 1, { forward: 127, buttons: SPRINT }, heading)] }));
  assert.equal(figure.flags, FLAG_SPRINT);
  step(world, record({ inputs: [input(0, 2, {}, heading)] }));
  const { x, y } = figure;
  step(world, emptyRecord);
  assert.deepEqual([figure.x, figure.y, figure.flags], [x, y, 0]);
});

test('of several inputs in a tick the one with the highest sequence counts; old ones never do', () => {
  const world = worldWithAnn();
  const figure = world.avatars[0]!;
  step(world, record({ inputs: [input(0, 7, {}, 700), input(0, 9, {}, 900), input(0, 8, {}, 800)] }));
  assert.deepEqual([figure.heading, figure.lastInput], [900, 9]);
  step(world, record({ inputs: [input(0, 9, {}, 100), input(0, 3, {}, 300)] }));
  assert.deepEqual([figure.heading, figure.lastInput], [900, 9]);
});

test('inputs of seats that nobody holds, that are detached or do not exist, or beyond the last number are ignored', () => {
  const world = worldWithAnn();
  step(world, record({ inputs: [input(1, 1, {}), input(17, 1, {}), input(0, SEQUENCE_MAX + 1, {})] }));
  assert.deepEqual(
    world.avatars.map((figure) => figure.lastInput),
    [0, 0, 0],
  );
  step(world, record({ detaches: [0, 99], leaves: [99], attaches: [99], joins: [{ seat: 99, displayName: 'Zoe' }] }));
  step(world, record({ inputs: [input(0, 1, {})] }));
  assert.equal(world.avatars[0]!.lastInput, 0);
});

test('a detached avatar stands still at once, whatever it was doing', () => {
  const world = worldWithAnn();
  const figure = world.avatars[0]!;
  step(world, record({ inputs: [input(0, 1, { forward: 20 }, openHeading(world))] }));
  const { x, y, points } = figure;
  step(world, record({ detaches: [0] }));
  steps(world, 5);
  assert.deepEqual([figure.x, figure.y, figure.flags], [x, y, FLAG_DETACHED]);
  step(world, record({ attaches: [0] }));
  assert.deepEqual([figure.x, figure.y, figure.flags, figure.points], [x, y, 0, points]);
});

test('the numbering of inputs begins anew after a detach, and only then', () => {
  const world = worldWithAnn();
  step(world, record({ inputs: [input(0, 50, {})] }));
  step(world, record({ attaches: [0] }));
  assert.equal(world.avatars[0]!.lastInput, 50);
  step(world, record({ detaches: [0], attaches: [0] }));
  assert.equal(world.avatars[0]!.lastInput, 0);
  step(world, record({ inputs: [input(0, 1, {})] }));
  assert.equal(world.avatars[0]!.lastInput, 1);
});

for (const connected of [true, false]) {
  test(`who does nothing for two minutes is played on by the bot (${connected ? 'connected' : 'detached'})`, () => {
    const world = worldWithAnn();
    const figure = world.avatars[0]!;
    if (!connected) step(world, record({ detaches: [0] }));
    const { x, y, heading } = figure;
    while (world.tick < IDLE_TICKS) {
      // A page that is open and says the same again and again does nothing.
      const inputs = connected ? [input(0, world.tick + 1, {}, heading)] : [];
      step(world, record({ inputs: world.tick > IDLE_TICKS - 20 ? [] : inputs }));
    }
    assert.equal(figure.flags & FLAG_BOT, 0);
    assert.deepEqual([figure.x, figure.y], [x, y]);
    step(world, emptyRecord);
    assert.equal(figure.flags & FLAG_BOT, FLAG_BOT);
    steps(world, 60);
    assert.notDeepEqual([figure.x, figure.y], [x, y]);
    assert.equal(figure.displayName, 'Ann');

    step(world, record(connected ? { inputs: [input(0, 9_999, {}, 4_321)] } : { attaches: [0] }));
    assert.equal(figure.flags, 0);
  });
}

test('turning alone is doing something', () => {
  const world = worldWithAnn();
  for (let tick = 0; tick < IDLE_TICKS + 10; tick++) {
    step(world, record({ inputs: tick % 1_000 === 0 ? [input(0, tick + 1, {}, tick)] : [] }));
  }
  assert.equal(world.avatars[0]!.flags & FLAG_BOT, 0);
});
