import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TickTimes } from './tick-times.ts';

suite('the times of ticks', () => {
  test('come again a tick later, each of them', () => {
    const times = new TickTimes(50);
    times.heard(1_000);
    times.heard(1_020);
    assert.equal(times.untilNext(1_021, 6), 23);
    assert.equal(times.untilNext(1_044, 6), 20, 'the first is too near');
    assert.equal(times.untilNext(1_063.5, 6), 0.5);
  });

  test('are not known before the first frames, and after the last', () => {
    const times = new TickTimes(50);
    assert.equal(times.untilNext(1_000, 6), undefined);
    times.heard(1_000);
    assert.equal(times.untilNext(1_044, 6), undefined);
  });

  test('are those of one tick, however long they come', () => {
    const times = new TickTimes(50);
    for (let nowMs = 0; nowMs < 1_000; nowMs += 10) times.heard(nowMs);
    assert.equal(times.size, 5);
  });
});
