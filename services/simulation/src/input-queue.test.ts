import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Input } from '@clew/maze';
import { rowsOf } from '@clew/protocol/input-rows';
import { EARLY_TICKS_MAX, InputQueue, WAITING_MAX } from './input-queue.ts';

const input = (sequence: number, tick: number) => ({ sequence, tick, forward: 127, strafe: 0, heading: 0, buttons: 0 });

function offer(queue: InputQueue, given: Input, tick: number, marginMs: number) {
  return queue.offer([0, 0, 0, ...rowsOf(1, [given])], 3, tick, marginMs); // it need not begin at 0
}

suite('an input queue', () => {
  test('gives an input in its tick, not before', () => {
    const queue = new InputQueue();
    assert.equal(offer(queue, input(1, 12), 10, 75), 'waiting');
    assert.equal(queue.take(11), undefined);
    assert.equal(queue.take(12)?.sequence, 1);
    assert.equal(queue.take(13), undefined);
    assert.equal(queue.size, 0);
  });

  test('gives the last of all that are due, and forgets those before it', () => {
    const queue = new InputQueue();
    for (const [sequence, tick] of [
      [1, 11],
      [2, 11],
      [3, 12],
      [4, 14],
    ] as const) {
      offer(queue, input(sequence, tick), 10, 0);
    }
    assert.equal(queue.take(12)?.sequence, 3);
    assert.equal(queue.size, 1);
    assert.equal(queue.take(14)?.sequence, 4);
  });

  test('gives a late input in the next tick, and counts it', () => {
    const queue = new InputQueue();
    assert.equal(offer(queue, input(1, 10), 10, -12.4), 'late');
    assert.equal(queue.late, 1);
    assert.equal(queue.marginMs, -12);
    assert.equal(queue.take(11)?.sequence, 1);
  });

  test('takes nothing twice and nothing from before', () => {
    const queue = new InputQueue();
    offer(queue, input(5, 11), 10, 0);
    assert.equal(offer(queue, input(5, 11), 10, 0), 'repeated');
    queue.take(11);
    assert.equal(offer(queue, input(4, 12), 11, 0), 'repeated');
    assert.equal(queue.size, 0);
  });

  test('drops what is meant for far ahead', () => {
    const queue = new InputQueue();
    assert.equal(offer(queue, input(1, 10 + EARLY_TICKS_MAX), 10, 0), 'waiting');
    assert.equal(offer(queue, input(2, 11 + EARLY_TICKS_MAX), 10, 0), 'early');
    assert.equal(offer(queue, input(2, 12), 10, 0), 'waiting', 'its number is not used up');
  });

  test('holds a bounded number of inputs', () => {
    const queue = new InputQueue();
    for (let sequence = 1; sequence <= WAITING_MAX; sequence++) offer(queue, input(sequence, 15), 10, 0);
    assert.equal(offer(queue, input(WAITING_MAX + 1, 15), 10, 0), 'full');
    assert.equal(queue.size, WAITING_MAX);
    assert.equal(queue.take(15)?.sequence, WAITING_MAX);
  });
});
