import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Input } from '@clew/maze';
import { rowsOf } from '@clew/protocol/input-rows';
import { InputBoard } from './input-board.ts';
import { EARLY_TICKS_MAX, InputQueue, WAITING_MAX } from './input-queue.ts';

const input = (sequence: number, tick: number) => ({ sequence, tick, forward: 127, strafe: 0, heading: 0, buttons: 0 });

/** A queue, and what its ticks counted. */
class Queue {
  readonly inputs = new InputQueue(new InputBoard(), 3);
  readonly counts = { waiting: 0, late: 0, repeated: 0, early: 0 };

  take(at: number, dueMs = 0): Input | undefined {
    const taken = { seat: 0, ...input(0, 0), lag: undefined };
    const counts = this.counts;
    const counter = (name: keyof typeof counts) => ({ add: () => counts[name]++ });
    const admissions = {
      waiting: counter('waiting'),
      late: counter('late'),
      repeated: counter('repeated'),
      early: counter('early'),
    };
    return this.inputs.take(taken, at, dueMs, admissions) ? taken : undefined;
  }

  offer(given: Input, nowMs = 0, heldMs = 0): boolean {
    return this.inputs.offer([0, 0, 0, ...rowsOf(1, [given], heldMs)], 3, nowMs); // it need not begin at 0
  }
}

suite('an input queue', () => {
  test('gives an input in its tick, not before', () => {
    const queue = new Queue();
    queue.offer(input(1, 12));
    assert.equal(queue.inputs.size, 1);
    assert.equal(queue.take(11), undefined);
    assert.equal(queue.inputs.size, 1);
    assert.equal(queue.take(12)?.sequence, 1);
    assert.equal(queue.take(13), undefined);
    assert.equal(queue.inputs.size, 0);
    queue.offer(input(2, 14));
    assert.equal(queue.take(14)?.sequence, 2);
    assert.equal(queue.inputs.size, 0);
    assert.deepEqual(queue.counts, { waiting: 2, late: 0, repeated: 0, early: 0 });
  });

  test('gives the last of all that are due, and forgets those before it', () => {
    const queue = new Queue();
    for (const [sequence, tick] of [
      [1, 11],
      [2, 11],
      [3, 12],
      [4, 14],
    ] as const) {
      queue.offer(input(sequence, tick));
    }
    assert.equal(queue.take(12)?.sequence, 3);
    assert.equal(queue.inputs.size, 1);
    queue.offer(input(5, 13));
    assert.equal(queue.take(13)?.sequence, 5, 'the one before is forgotten although its tick is later');
    assert.equal(queue.inputs.size, 0);
  });

  test('tells how early an input was, however long it was held back on its way', () => {
    const queue = new Queue();
    queue.offer(input(1, 13), 960);
    queue.take(11, 1_000);
    assert.equal(queue.inputs.marginMs, 140);
    queue.offer(input(2, 12), 1_045.4, 30);
    queue.take(12, 1_050);
    assert.equal(queue.inputs.marginMs, 35);
  });

  test('gives a late input in the next tick, and counts it', () => {
    const queue = new Queue();
    queue.offer(input(1, 10), 962);
    assert.equal(queue.take(11, 1_000)?.sequence, 1);
    assert.equal(queue.inputs.late, 1);
    assert.equal(queue.counts.late, 1);
    assert.equal(queue.inputs.marginMs, -12);
  });

  test('takes nothing twice and nothing from before', () => {
    const queue = new Queue();
    queue.offer(input(5, 11));
    queue.offer(input(5, 11));
    assert.equal(queue.take(11)?.sequence, 5);
    queue.offer(input(4, 12));
    assert.equal(queue.take(12), undefined);
    assert.equal(queue.counts.repeated, 2);
    assert.equal(queue.inputs.size, 0);
  });

  test('drops what is meant for far ahead', () => {
    const queue = new Queue();
    queue.offer(input(1, 10 + EARLY_TICKS_MAX));
    queue.offer(input(2, 11 + EARLY_TICKS_MAX));
    queue.offer(input(2, 12));
    queue.take(11);
    assert.equal(queue.counts.early, 1);
    assert.equal(queue.inputs.size, 2, 'its number is not used up');
  });

  test('holds a bounded number of inputs', () => {
    const queue = new Queue();
    for (let sequence = 1; sequence <= WAITING_MAX; sequence++) {
      assert.equal(queue.offer(input(sequence, 15)), true);
      if (sequence === 5) queue.take(11);
    }
    assert.equal(queue.offer(input(WAITING_MAX + 1, 15)), false);
    assert.equal(queue.inputs.size, WAITING_MAX);
    assert.equal(queue.take(15)?.sequence, WAITING_MAX);
    assert.equal(queue.inputs.size, 0);
  });
});
