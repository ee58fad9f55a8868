import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoffMs } from './backoff.ts';

const limits = { backoffMs: 200, backoffMsMax: 5_000 };

test('a wait is a random part of a ceiling that doubles up to its bound, after what the edge asked for', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 0, max: 60_000 }),
      (attempt, share, retryMs) => {
        const waitMs = backoffMs(attempt, limits, () => share, retryMs);
        const ceilingMs = Math.min(5_000, 200 * 2 ** Math.min(40, attempt - 1));
        assert.ok(waitMs >= retryMs && waitMs <= retryMs + ceilingMs);
        assert.ok(Math.abs(waitMs - retryMs - share * ceilingMs) < 1e-6, 'the jitter is full');
      },
    ),
  );
});
