import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { BusyRing } from './busy-ring.ts';

suite('a busy ring', () => {
  test('is all zeros while it is empty', () => {
    assert.deepEqual(new BusyRing(10).report(), { busyMsP50: 0, busyMsP99: 0, busyMsMax: 0 });
  });

  test('tells percentiles of the last windows only', () => {
    const ring = new BusyRing(100);
    for (let window = 0; window < 50; window++) ring.push(1_000);
    for (let window = 1; window <= 100; window++) ring.push(window);
    assert.deepEqual(ring.report(), { busyMsP50: 51, busyMsP99: 100, busyMsMax: 100 });
  });
});
