import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { rowsOf } from '@clew/protocol/input-rows';
import { InputBoard } from './input-board.ts';
import { InputQueue } from './input-queue.ts';

const row = (sequence: number) => rowsOf(1, [{ sequence, tick: 2, forward: 9, strafe: 0, heading: 9, buttons: 0 }]);
const admission = { add: () => {} };
const admissions = { waiting: admission, late: admission, repeated: admission, early: admission };
const take = (board: InputBoard, queue: InputQueue, tick: number) =>
  queue.take(board.input(0), tick, 0, admissions) ? board.input(0).sequence : undefined;

suite('the board of inputs', () => {
  test('keeps what each queue noted while it grows for others', () => {
    const board = new InputBoard();
    const queues = Array.from({ length: 1_000 }, (_, index) => {
      const queue = new InputQueue(board, index % 8);
      assert.equal(board.note(queue.line, row(index + 1), 0, 0), true);
      return queue;
    });
    assert.deepEqual(
      queues.map((queue) => take(board, queue, 2)),
      queues.map((_, index) => index + 1),
    );
    assert.equal(board.input(0).seat, 999 % 8);
    assert.equal(board.size, 1_000);
  });

  test('takes what nearly always comes, and leaves to the queue what comes to others', () => {
    const board = new InputBoard();
    const queue = new InputQueue(board, 0);
    assert.equal(board.note(queue.line, row(1), 0, 0), true);
    assert.equal(board.note(queue.line, row(2), 0, 0), false, 'one came since the last tick');
    assert.equal(take(board, queue, 1), undefined);
    assert.equal(board.note(queue.line, row(3), 0, 0), false, 'one waits');
    assert.equal(queue.offer(row(3), 0, 0), true);
    assert.equal(take(board, queue, 2), 3);
    assert.equal(board.note(queue.line, row(4), 0, 0), true);
  });

  test('gives the line of a closed queue to the next one, once, as if it were new', () => {
    const board = new InputBoard();
    const first = new InputQueue(board, 0);
    board.note(first.line, row(900), 0, 60);
    take(board, first, 3);
    first.close();
    first.close();
    assert.equal(board.size, 0);
    const [second, third] = [new InputQueue(board, 1), new InputQueue(board, 2)];
    assert.equal(second.line, first.line);
    assert.notEqual(third.line, second.line);
    const { size, late, marginMs, unreported } = second;
    assert.deepEqual({ size, late, marginMs, unreported }, { size: 0, late: 0, marginMs: 0, unreported: false });
    board.note(second.line, row(1), 0, 0);
    assert.equal(take(board, second, 2), 1, 'its inputs are numbered anew');
  });
});
