import assert from 'node:assert/strict';
import test from 'node:test';
import { FLAG_OUT } from './avatar.ts';
import { emptyRecord, type JournalRecord } from './journal.ts';
import { centreOf } from './layout.ts';
import { Phase } from './level.ts';
import { ranking } from './ranking.ts';
import type { Rules } from './rules.ts';
import { step } from './step.ts';
import { createWorld, type World } from './world.ts';

const rules: Partial<Rules> = {
  seats: 4,
  levels: 2,
  baseSize: 6,
  startingTicks: 5,
  climbingTicksMax: 90,
  afterArrivalTicks: 20,
  scoringTicks: 7,
};

/** A world in which everybody may move, with players on the first seats; all of them stand still. */
function climbingWorld(players: number, change: Partial<Rules> = {}): World {
  const world = createWorld({ seed: 3, rules: { ...rules, ...change } });
  const joins = Array.from({ length: players }, (_, seat) => ({ seat, displayName: `Player ${seat}` }));
  step(world, { ...emptyRecord, joins });
  while (world.level.phase === Phase.STARTING) step(world, emptyRecord);
  return world;
}

function bringToExit(world: World, ...seats: number[]): void {
  for (const seat of seats) Object.assign(world.avatars[seat]!, centreOf(world.layout, world.layout.exit));
}

function stepWith(world: World, change: Partial<JournalRecord>): void {
  step(world, { ...emptyRecord, ...change });
}

test('a match goes through its phases, each ending in the tick that was announced', () => {
  // Bots have no time to come out: only the clock ends the levels.
  const world = createWorld({ seed: 3, rules: { ...rules, climbingTicksMax: 10 } });
  const seen = [];
  let { level } = world;
  while (level.phase !== Phase.FINISHED) {
    step(world, emptyRecord);
    if (world.level === level) continue;
    assert.equal(world.tick, level.phaseEndTick);
    level = world.level;
    seen.push([world.tick, level.number, level.phase]);
  }
  assert.deepEqual(seen, [
    [5, 1, Phase.CLIMBING],
    [15, 1, Phase.SCORING],
    [22, 2, Phase.STARTING],
    [27, 2, Phase.CLIMBING],
    [37, 2, Phase.SCORING],
    [44, 2, Phase.FINISHED],
  ]);
  assert.deepEqual(level, { number: 2, levels: 2, phase: Phase.FINISHED, phaseEndTick: 0 });
  for (let tick = 0; tick < 50; tick++) step(world, emptyRecord);
  assert.equal(world.level, level);
});

test('nobody moves but while climbing; everybody may look around', () => {
  const world = createWorld({ seed: 3, rules });
  stepWith(world, { joins: [{ seat: 0, displayName: 'Ann' }] });
  const places = () => world.avatars.map(({ x, y, z }) => [x, y, z]);
  const before = places();
  const input = { sequence: 1, tick: 0, forward: 127, strafe: 0, heading: 77, buttons: 0 };
  stepWith(world, { inputs: [{ seat: 0, ...input }] });
  assert.deepEqual(places(), before);
  assert.equal(world.avatars[0]!.heading, 77);
});

test('a level ends when all players are out; nobody waits for bots', () => {
  const world = climbingWorld(2);
  bringToExit(world, 0);
  step(world, emptyRecord);
  assert.equal(world.level.phase, Phase.CLIMBING);
  bringToExit(world, 1);
  step(world, emptyRecord);
  assert.equal(world.level.phase, Phase.SCORING);
  assert.equal(world.level.phaseEndTick, world.tick + 7);
});

test('a level ends 20 ticks (by these rules) after the first player is out', () => {
  const world = climbingWorld(2);
  bringToExit(world, 0);
  step(world, emptyRecord);
  assert.equal(world.level.phaseEndTick, world.tick + 20);
  const end = world.level.phaseEndTick;
  while (world.tick < end - 1) step(world, emptyRecord);
  assert.equal(world.level.phase, Phase.CLIMBING);
  step(world, emptyRecord);
  assert.equal(world.level.phase, Phase.SCORING);
});

test('the first arrival does not prolong a level', () => {
  const world = climbingWorld(2);
  const end = world.level.phaseEndTick;
  while (world.tick < end - 10) step(world, emptyRecord);
  bringToExit(world, 0);
  step(world, emptyRecord);
  assert.equal(world.level.phaseEndTick, end);
});

test('bots that are out do not hurry players', () => {
  const world = climbingWorld(1);
  const end = world.level.phaseEndTick;
  bringToExit(world, 1, 2, 3);
  step(world, emptyRecord);
  assert.equal(world.level.phaseEndTick, end);
});

test('where no player plays, the bots count', () => {
  const world = climbingWorld(0);
  bringToExit(world, 0);
  step(world, emptyRecord);
  assert.equal(world.level.phaseEndTick, world.tick + 20);
  bringToExit(world, 1, 2, 3);
  step(world, emptyRecord);
  assert.equal(world.level.phase, Phase.SCORING);
});

test('a player who leaves is not waited for', () => {
  const world = climbingWorld(2);
  bringToExit(world, 0);
  step(world, emptyRecord);
  stepWith(world, { leaves: [1] });
  assert.equal(world.level.phase, Phase.SCORING);
});

test('a player whose connection is lost still is', () => {
  const world = climbingWorld(2);
  stepWith(world, { detaches: [1] });
  bringToExit(world, 0);
  step(world, emptyRecord);
  assert.equal(world.level.phase, Phase.CLIMBING);
});

test('points fall with the place of arrival; who comes in one tick shares place and points', () => {
  const world = climbingWorld(4);
  for (const seats of [[2], [0, 3], [1]]) {
    bringToExit(world, ...seats);
    step(world, emptyRecord);
  }
  const line = (seat: number) => [world.avatars[seat]!.arrival, world.avatars[seat]!.points];
  assert.deepEqual([2, 0, 3, 1].map(line), [
    [1, 10],
    [2, 8],
    [2, 8],
    [4, 5],
  ]);
});

test('the ninth and all after get one point, those who do not come none', () => {
  const world = climbingWorld(10, { seats: 10 });
  for (let seat = 0; seat < 9; seat++) {
    bringToExit(world, seat);
    step(world, emptyRecord);
  }
  assert.deepEqual(
    world.avatars.map((figure) => figure.points),
    [10, 8, 6, 5, 4, 3, 2, 1, 1, 0],
  );
});

test('whoever is out stays out and still until the next level, then is inside at the start with all points', () => {
  const world = climbingWorld(2);
  bringToExit(world, 0);
  step(world, emptyRecord);
  const figure = world.avatars[0]!;
  const { x, y } = figure;
  const input = { sequence: 1, tick: 0, forward: 127, strafe: 0, heading: 0, buttons: 0 };
  for (let tick = 0; tick < 5; tick++) {
    stepWith(world, { inputs: [{ seat: 0, ...input, sequence: tick + 1, heading: tick * 9_000 }] });
  }
  assert.deepEqual([figure.x, figure.y, figure.flags & FLAG_OUT, figure.lastInput], [x, y, FLAG_OUT, 5]);
  const { layout } = world;
  while (world.level.number === 1) step(world, emptyRecord);
  assert.equal(world.level.phase, Phase.STARTING);
  assert.notEqual(world.layout, layout);
  assert.deepEqual([figure.arrival, figure.flags & FLAG_OUT, figure.points], [0, 0, 10]);
  const start = centreOf(world.layout, world.starts[0]!);
  assert.deepEqual([figure.x, figure.y, figure.z], [start.x, start.y, start.z]);
});

test('the exit counts on its own floor only', () => {
  const world = createWorld({ seed: 3, rules: { ...rules, levels: 3, climbingTicksMax: 1 } });
  while (world.level.number < 3 || world.level.phase !== Phase.CLIMBING) step(world, emptyRecord);
  const { x, y, z } = centreOf(world.layout, world.layout.exit);
  Object.assign(world.avatars[0]!, { x, y, z: z - 1024 });
  assert.equal(world.layout.floors, 2);
  step(world, emptyRecord);
  assert.equal(world.avatars[0]!.arrival, 0);
});

test('the ranking goes by points; equals share a place', () => {
  const world = climbingWorld(2);
  for (const [seat, points] of [4, 9, 4, 12].entries()) world.avatars[seat]!.points = points;
  world.avatars[2]!.clews = 3;
  assert.deepEqual(
    ranking(world).map(({ place, seat, points, clews, bot }) => [place, seat, points, clews, bot]),
    [
      [1, 3, 12, 0, true],
      [2, 1, 9, 0, false],
      [3, 0, 4, 0, false],
      [3, 2, 4, 3, true],
    ],
  );
});

test('rules that cannot be are refused by name', () => {
  for (const [name, value] of Object.entries({ seats: 0, levels: 0, baseSize: 2, startingTicks: 0.5 })) {
    assert.throws(() => createWorld({ seed: 1, rules: { [name]: value } }), new RegExp(`rules.${name} must be`));
  }
  for (const seed of [-1, 0.5, 2 ** 53]) assert.throws(() => createWorld({ seed }), RangeError);
});
