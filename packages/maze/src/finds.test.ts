import assert from 'node:assert/strict';
import test from 'node:test';
import { CLEW_RADIUS, GLOW_TICKS } from './clew.ts';
import { emptyRecord } from './journal.ts';
import { centreOf } from './layout.ts';
import { Phase } from './level.ts';
import { step } from './step.ts';
import { RADIUS } from './units.ts';
import { ownView, view } from './view.ts';
import { distancesToExit } from './way.ts';
import { createWorld, type World } from './world.ts';

/** Three players who stand still in level 1, which is open. */
function climbingWorld(): World {
  const world = createWorld({ seed: 11, rules: { seats: 3, startingTicks: 1 } });
  step(world, { ...emptyRecord, joins: [0, 1, 2].map((seat) => ({ seat, displayName: `Player ${seat}` })) });
  assert.equal(world.level.phase, Phase.CLIMBING);
  return world;
}

function bring(world: World, seat: number, cell: number, beside = 0): void {
  const { x, y, z } = centreOf(world.layout, cell);
  Object.assign(world.avatars[seat]!, { x: x + beside, y, z });
}

test('who touches a clew has it: it is gone for all, and worth a point', () => {
  const world = climbingWorld();
  const before = world.clews;
  const [clew, ...rest] = before;
  bring(world, 1, clew!.cell);
  step(world, emptyRecord);
  assert.deepEqual(world.clews, rest);
  assert.equal(before.length, rest.length + 1, 'the list that views hold is not changed');
  assert.deepEqual([world.avatars[1]!.clews, world.avatars[1]!.points], [1, 1]);
});

test('the circles have to meet', () => {
  const world = climbingWorld();
  const clew = world.clews[0]!;
  bring(world, 1, clew.cell, RADIUS + CLEW_RADIUS + 1);
  step(world, emptyRecord);
  assert.ok(world.clews.includes(clew));
  bring(world, 1, clew.cell, RADIUS + CLEW_RADIUS);
  step(world, emptyRecord);
  assert.ok(!world.clews.includes(clew));
});

test('of several who touch a clew in one tick the nearest has it, of equals the lower seat', () => {
  const world = climbingWorld();
  const [first, second] = world.clews;
  bring(world, 0, first!.cell, 100);
  bring(world, 1, first!.cell, -50);
  bring(world, 2, first!.cell, 60);
  step(world, emptyRecord);
  for (const seat of [2, 1]) bring(world, seat, second!.cell, 40);
  step(world, emptyRecord);
  assert.deepEqual(
    world.avatars.map((figure) => figure.clews),
    [0, 2, 0],
  );
});

test('the finder, and nobody else, sees the shortest way to the exit for five seconds', () => {
  const world = climbingWorld();
  const clew = world.clews[0]!;
  bring(world, 1, clew.cell);
  step(world, emptyRecord);
  const { glow } = ownView(world, 1);
  const distances = distancesToExit(world.layout);
  assert.equal(glow.cells[0], clew.cell);
  assert.equal(glow.cells.at(-1), world.layout.exit);
  assert.deepEqual(
    glow.cells.map((cell) => distances[cell]),
    glow.cells.map((_, index) => glow.cells.length - 1 - index),
  );
  assert.equal(glow.endTick, world.tick + GLOW_TICKS);
  assert.deepEqual(ownView(world, 0).glow.cells, []);
  assert.ok(!JSON.stringify(view(world)).includes('glow'));

  for (let tick = 1; tick < GLOW_TICKS; tick++) {
    step(world, emptyRecord);
    assert.equal(ownView(world, 1).glow, glow, 'the same object while it glows');
  }
  step(world, emptyRecord);
  assert.deepEqual(ownView(world, 1).glow, { cells: [], endTick: 0 });
});

test('a second clew makes it glow anew', () => {
  const world = climbingWorld();
  const [first, second] = world.clews;
  bring(world, 1, first!.cell);
  step(world, emptyRecord);
  for (let tick = 0; tick < 30; tick++) step(world, emptyRecord);
  bring(world, 1, second!.cell);
  step(world, emptyRecord);
  const { glow } = ownView(world, 1);
  assert.deepEqual([glow.cells[0], glow.endTick], [second!.cell, world.tick + GLOW_TICKS]);
});

test('nothing glows in the next level, nor for whoever is out, nor for who takes the seat over', () => {
  const glowing = (): World => {
    const world = climbingWorld();
    bring(world, 1, world.clews[0]!.cell);
    step(world, emptyRecord);
    assert.ok(ownView(world, 1).glow.cells.length > 0);
    return world;
  };
  const next = glowing();
  for (const seat of [0, 1, 2]) bring(next, seat, next.layout.exit);
  step(next, emptyRecord);
  assert.deepEqual(ownView(next, 1).glow.cells, []);

  const taken = glowing();
  step(taken, { ...emptyRecord, leaves: [1], joins: [{ seat: 1, displayName: 'Zoe' }] });
  assert.deepEqual(ownView(taken, 1).glow.cells, []);
});
