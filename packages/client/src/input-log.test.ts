import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hands } from '@clew/maze';
import fc from 'fast-check';
import { InputLog } from './input-log.ts';

const rest: Hands = { forward: 0, strafe: 0, heading: 0, buttons: 0 };
const walk: Hands = { ...rest, forward: 127 };

test('hands that change are told, once per tick', () => {
  const log = new InputLog();
  assert.equal(log.record(walk, 10, 0)?.sequence, 1);
  assert.equal(log.record(rest, 10, 0), undefined);
  assert.equal(log.record(rest, 11, 0)?.sequence, 2);
});

test('hands that do something are told again before the server stops holding them; resting hands are not', () => {
  const log = new InputLog();
  const told = (hands: Hands, from: number, to: number) => {
    const ticks: number[] = [];
    for (let tick = from; tick < to; tick += 1) if (log.record(hands, tick, 0) !== undefined) ticks.push(tick);
    return ticks;
  };
  assert.deepEqual(told(walk, 0, 10), [0, 4, 8]);
  assert.deepEqual(told(rest, 10, 100), [10]);
});

test('the hands of a tick are those that the server holds: for ten ticks at most', () => {
  const log = new InputLog();
  log.record(walk, 5, 0);
  assert.equal(log.handsAt(4), undefined);
  assert.equal(log.handsAt(5)?.forward, 127);
  assert.equal(log.handsAt(14)?.forward, 127);
  assert.equal(log.handsAt(15), undefined);
});

test('what is acknowledged is not pending, and its age is told', () => {
  const log = new InputLog();
  log.record({ ...walk, heading: 1 }, 1, 100);
  log.record({ ...walk, heading: 2 }, 2, 150);
  log.record({ ...walk, heading: 3 }, 3, 200);
  assert.deepEqual(log.acknowledge(2, 2, 300), [200, 150]);
  assert.deepEqual(
    log.pending.map(({ sequence }) => sequence),
    [3],
  );
});

test('a log goes on above whatever its avatar has seen', () => {
  const log = new InputLog();
  log.acknowledge(5_000, 1, 0);
  assert.equal(log.record(walk, 2, 0)?.sequence, 5_001);
});

test('what the server will not take any more is forgotten', () => {
  const log = new InputLog();
  log.record(walk, 1, 0);
  log.acknowledge(0, 61, 0);
  assert.equal(log.pendingCount, 1);
  log.acknowledge(0, 62, 0);
  assert.equal(log.pendingCount, 0);
});

test('after an interruption nothing is pending, and sequences go on', () => {
  const log = new InputLog();
  log.record(walk, 1, 0);
  log.interrupt();
  assert.equal(log.pendingCount, 0);
  assert.equal(log.handsAt(1), undefined);
  assert.equal(log.record(walk, 1, 0)?.sequence, 2);
});

test('ticks that were undone can be told again', () => {
  const log = new InputLog();
  log.record(walk, 20, 0);
  assert.equal(log.record(rest, 12, 0), undefined);
  log.rewind(11);
  assert.equal(log.record(rest, 12, 0)?.sequence, 2);
  assert.equal(log.handsAt(20)?.forward, 0);
});

test('whatever the hands do, sequences grow and at most 32 inputs are pending', () => {
  const hands = fc.record({
    forward: fc.integer({ min: -127, max: 127 }),
    strafe: fc.integer({ min: -127, max: 127 }),
    heading: fc.integer({ min: 0, max: 65_535 }),
    buttons: fc.integer({ min: 0, max: 7 }),
  });
  fc.assert(
    fc.property(fc.array(hands, { maxLength: 200 }), (sequence) => {
      const log = new InputLog();
      sequence.forEach((entry, tick) => {
        log.record(entry, tick, tick * 50);
      });
      const sequences = log.pending.map((input) => input.sequence);
      assert.ok(sequences.length <= 32);
      assert.deepEqual(
        sequences,
        sequences.toSorted((a, b) => a - b),
      );
      assert.equal(new Set(sequences).size, sequences.length);
    }),
  );
});
