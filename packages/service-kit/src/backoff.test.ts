import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { backoffMs } from './backoff.ts';

suite('backoff', () => {
  test('doubles up to its bound, and is spread', () => {
    const longest = (attempt: number) => backoffMs(attempt, 100, 1_000, () => 1);
    assert.deepEqual([0, 1, 2, 3, 4, 1_000].map(longest), [100, 200, 400, 800, 1_000, 1_000]);
    assert.equal(
      backoffMs(2, 100, 1_000, () => 0),
      200,
    );
  });

  test('is never 0', () => {
    assert.equal(
      backoffMs(0, 1, 1, () => 0),
      1,
    );
  });
});
