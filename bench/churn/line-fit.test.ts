import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitLine } from './line-fit.ts';

const near = (actual: number, wanted: number) => assert.ok(Math.abs(actual - wanted) < 1e-3, `${actual} is ${wanted}`);

test('points on a line have its slope, and no doubt', () => {
  const fit = fitLine([0, 1, 2, 3].map((x) => [x, 5 + 8 * x]));
  near(fit.slope, 8);
  near(fit.low, 8);
  near(fit.high, 8);
});

test('scattered points have the interval of the textbook', () => {
  // By hand: slope 0.6, residual sum 2.4, s² = 0.8, standard error √0.08, t(3) = 3.182.
  const fit = fitLine([
    [1, 2],
    [2, 4],
    [3, 5],
    [4, 4],
    [5, 5],
  ]);
  near(fit.slope, 0.6);
  near(fit.high - fit.slope, 3.182 * Math.sqrt(0.08));
  near(fit.slope - fit.low, 3.182 * Math.sqrt(0.08));
});

test('too few points, and points on top of each other, are refused', () => {
  assert.throws(
    () =>
      fitLine([
        [0, 0],
        [1, 1],
      ]),
    RangeError,
  );
  assert.throws(() => fitLine([0, 1, 2].map((y) => [7, y])), RangeError);
});
