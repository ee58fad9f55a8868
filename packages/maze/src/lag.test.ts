import assert from 'node:assert/strict';
import test from 'node:test';
import { cloneWorld } from './checkpoint.ts';
import { hashWorld } from './hash.ts';
import { LAG_TICKS_MAX, restingHands } from './input.ts';
import { emptyRecord } from './journal.ts';
import { centreOf } from './layout.ts';
import { step } from './step.ts';
import { createWorld, type World } from './world.ts';

const PLAYERS = [0, 1, 2];

/** Three players who stand still in an open level, and whose eyes are so many ticks behind. */
function worldOf(lags: readonly number[]): World {
  const world = createWorld({ seed: 11, rules: { seats: 4, startingTicks: 1 } });
  step(world, { ...emptyRecord, joins: PLAYERS.map((seat) => ({ seat, displayName: `Player ${seat}` })) });
  look(world, lags);
  return world;
}

function look(world: World, lags: readonly number[]): void {
  const tick = world.tick + 1;
  const inputs = lags.map((lag, seat) => {
    const { heading, lastInput } = world.avatars[seat]!;
    return { seat, ...restingHands(heading), sequence: lastInput + 1, tick, lag };
  });
  step(world, { ...emptyRecord, inputs });
}

function bring(world: World, seat: number, cell: number): void {
  Object.assign(world.avatars[seat]!, centreOf(world.layout, cell));
}

/** Brings the first player to a clew, the others after so many ticks; says who has it. */
function takeAfter(world: World, ticks: readonly number[]): number[] {
  const { cell } = world.clews[0]!;
  bring(world, 0, cell);
  for (let passed = 0; passed <= 8; passed++) {
    for (const [index, after] of ticks.entries()) if (after === passed) bring(world, index + 1, cell);
    step(world, emptyRecord);
  }
  return world.avatars.slice(0, 3).map(({ clews }) => clews);
}

test('whoever touches a clew that he could not have seen taken has it as well, once', () => {
  assert.deepEqual(takeAfter(worldOf([2, 4, 4]), [3, 4]), [1, 1, 0]);
  assert.deepEqual(takeAfter(worldOf([2, 1, 2]), [1, 1]), [1, 0, 1], 'a tick later it can be seen');
});

test('both who touch a clew in the same tick have it, unless they see everything', () => {
  assert.deepEqual(takeAfter(worldOf([2, 2, 0]), [0, 9]), [1, 1, 0]);
});

test('nobody looks back further than a quarter of a second', () => {
  assert.equal(LAG_TICKS_MAX, 5);
  assert.deepEqual(takeAfter(worldOf([0, 500, 500]), [4, 5]), [1, 1, 0]);
  assert.deepEqual(takeAfter(worldOf([0, -500, -1]), [1, 2]), [1, 0, 0]);
});

test('an input that came late makes the eyes older', () => {
  const world = worldOf([0, 0, 0]);
  const { heading, lastInput } = world.avatars[1]!;
  const input = { ...restingHands(heading), sequence: lastInput + 1, tick: world.tick - 2, lag: 1 };
  step(world, { ...emptyRecord, inputs: [{ seat: 1, ...input }] });
  assert.deepEqual(takeAfter(world, [3, 9]), [1, 1, 0]);
});

test('nobody is placed behind those whom he could not have seen arrive', () => {
  const placesOf = (lags: readonly number[]) => {
    const world = worldOf(lags);
    for (const [after, seat] of [0, 1, 2].entries()) {
      bring(world, seat, world.layout.exit);
      step(world, emptyRecord);
      if (after === 0) step(world, emptyRecord);
    }
    return world.avatars.slice(0, 3).map(({ arrival, points }) => [arrival, points]);
  };
  const [ten, eight, six] = [10, 8, 6];
  assert.deepEqual(placesOf([1, 1, 1]), [
    [1, ten],
    [2, eight],
    [3, six],
  ]);
  assert.deepEqual(placesOf([1, 3, 1]), [
    [1, ten],
    [1, ten],
    [3, six],
  ]);
  assert.deepEqual(placesOf([1, 1, 5]), [
    [1, ten],
    [2, eight],
    [1, ten],
  ]);
});

test('what is remembered is part of the world: a checkpoint in between changes nothing', () => {
  const world = worldOf([2, 4, 4]);
  const { cell } = world.clews[0]!;
  bring(world, 0, cell);
  step(world, emptyRecord);
  const restored = cloneWorld(world);
  for (const one of [world, restored]) {
    step(one, emptyRecord);
    bring(one, 1, cell);
    step(one, emptyRecord);
    assert.equal(one.avatars[1]!.clews, 1);
    for (let tick = 0; tick < LAG_TICKS_MAX; tick++) step(one, emptyRecord);
    assert.deepEqual(one.taken, [], 'and not for longer than anybody can look back');
  }
  assert.equal(hashWorld(restored), hashWorld(world));
});

test('a seat that is taken over sees everything again', () => {
  const world = worldOf([2, 5, 5]);
  step(world, { ...emptyRecord, detaches: [1], leaves: [2] });
  assert.deepEqual([world.avatars[1]!.lagTicks, world.avatars[2]!.lagTicks], [0, 5]);
  assert.deepEqual(takeAfter(world, [1, 1]), [1, 0, 0], 'neither a detached player nor a bot looks back');
});
