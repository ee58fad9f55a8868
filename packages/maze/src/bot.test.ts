import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { FLAG_OUT } from './avatar.ts';
import { bot } from './bot.ts';
import { FULL_SPEED } from './input.ts';
import { emptyRecord, type JournalRecord } from './journal.ts';
import { Phase } from './level.ts';
import { ranking } from './ranking.ts';
import { step } from './step.ts';
import { FULL_TURN } from './units.ts';
import { emptyView, type View, view } from './view.ts';
import { createWorld, type World } from './world.ts';

const seeds = fc.maxSafeNat();

/** Plays a whole match; returns how many came out of each level. */
function finish(world: World, next: (world: World) => JournalRecord = () => emptyRecord): number[] {
  const arrivals: number[] = [];
  while (world.level.phase !== Phase.FINISHED) {
    step(world, next(world));
    if (world.level.phase === Phase.SCORING) arrivals[world.level.number - 1] = world.arrivals;
  }
  return arrivals;
}

test('bots finish a whole match of five levels', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const world = createWorld({ seed });
      const arrivals = finish(world);
      assert.equal(arrivals.length, 5);
      // 20 seconds after the first, some may still be inside; but in no level all are lost.
      assert.ok(
        arrivals.every((count) => count > 0),
        `arrivals ${arrivals}`,
      );
      assert.ok(ranking(world)[0]!.points > 0);
    }),
    { numRuns: 8 },
  );
});

test('a bot finds the exit of each level, given time', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const world = createWorld({ seed, rules: { seats: 2, climbingTicksMax: 40_000, afterArrivalTicks: 40_000 } });
      assert.deepEqual(finish(world), [2, 2, 2, 2, 2]);
    }),
    { numRuns: 4 },
  );
});

test('bots that see only a view do the same as those that see the world', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const world = createWorld({ seed, rules: { levels: 3, baseSize: 5, climbingTicksMax: 400 } });
      while (world.level.phase !== Phase.FINISHED) {
        step(world, emptyRecord);
        const seen = view(world);
        for (const { seat } of world.avatars) assert.deepEqual(bot(seen, seat), bot(world, seat));
      }
    }),
    { numRuns: 3 },
  );
});

test('a bot from outside, that sees what was four ticks ago and steers by inputs, finishes a match', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const world = createWorld({ seed, rules: { seats: 1, climbingTicksMax: 20_000 } });
      step(world, { ...emptyRecord, joins: [{ seat: 0, displayName: 'Ann' }] });
      const underWay: View[] = [];
      const arrivals = finish(world, ({ tick }) => {
        underWay.push(view(world));
        if (underWay.length < 4) return emptyRecord;
        const hands = bot(underWay.shift()!, 0);
        return { ...emptyRecord, inputs: [{ seat: 0, ...hands, sequence: tick, tick }] };
      });
      assert.deepEqual(arrivals, [1, 1, 1, 1, 1]);
    }),
    { numRuns: 5 },
  );
});

test('hands of bots are within their ranges', () => {
  const world = createWorld({ seed: 6, rules: { levels: 1 } });
  while (world.level.phase !== Phase.FINISHED) {
    step(world, emptyRecord);
    for (const { seat } of world.avatars) {
      const { forward, strafe, heading, buttons } = bot(world, seat);
      for (const value of [forward, strafe, heading, buttons]) assert.ok(Number.isInteger(value));
      assert.ok(Math.abs(forward) <= FULL_SPEED && Math.abs(strafe) <= FULL_SPEED);
      assert.ok(heading >= 0 && heading < FULL_TURN && buttons >= 0 && buttons < 8);
    }
  }
});

test('bots collect clews', () => {
  const world = createWorld({ seed: 6 });
  finish(world);
  assert.ok(world.avatars.some((figure) => figure.clews > 0));
});

test('bots differ: they neither go the same ways nor arrive together', () => {
  const world = createWorld({ seed: 8, rules: { levels: 1, baseSize: 14, afterArrivalTicks: 5_000 } });
  finish(world);
  const arrivals = new Set(world.avatars.map((figure) => figure.arrival));
  assert.ok(arrivals.size >= 6, `arrivals ${[...arrivals]}`);
});

test('a bot without an avatar, before the start or after its arrival rests', () => {
  const resting = { forward: 0, strafe: 0, buttons: 0 };
  assert.deepEqual(bot(emptyView, 3), { ...resting, heading: 0 });
  const world = createWorld({ seed: 6 });
  assert.deepEqual(bot(world, 3), { ...resting, heading: world.avatars[3]!.heading });
  while (world.level.phase !== Phase.CLIMBING) step(world, emptyRecord);
  world.avatars[3]!.flags |= FLAG_OUT;
  assert.deepEqual(bot(world, 3), { ...resting, heading: world.avatars[3]!.heading });
});
