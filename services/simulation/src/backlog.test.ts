import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { BACKLOG_BYTES_MAX, BACKLOG_MESSAGES_MAX, Backlog } from './backlog.ts';

suite('a backlog', () => {
  test('is congested at its bound of messages until all are taken', () => {
    const backlog = new Backlog();
    for (let message = 1; message < BACKLOG_MESSAGES_MAX; message++) assert.equal(backlog.add(10, 0), false);
    assert.equal(backlog.add(10, 0), true);
    for (let message = 1; message < BACKLOG_MESSAGES_MAX; message++) {
      backlog.taken(0);
      assert.equal(backlog.congested, true);
    }
    backlog.taken(0);
    assert.equal(backlog.congested, false);
    assert.equal(backlog.bytes, 0);
  });

  test('is congested at its bound of bytes', () => {
    const backlog = new Backlog();
    assert.equal(backlog.add(BACKLOG_BYTES_MAX - 1, 0), false);
    assert.equal(backlog.add(1, 0), true);
    assert.equal(backlog.add(1, 0), false, 'it was before');
  });

  test('is stalled since the last message was taken, while something waits', () => {
    const backlog = new Backlog();
    assert.equal(backlog.stalledMs(1_000), 0);
    backlog.add(1, 1_000);
    backlog.add(1, 3_000);
    assert.equal(backlog.stalledMs(4_000), 3_000);
    backlog.taken(4_000);
    assert.equal(backlog.stalledMs(4_500), 500);
    backlog.taken(4_500);
    assert.equal(backlog.stalledMs(9_000), 0);
    backlog.add(1, 9_000);
    assert.equal(backlog.stalledMs(9_100), 100);
  });
});
