import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterFrame, FINENESS_MIN, type Quality, startingQuality } from './quality.ts';

function after(quality: Quality, frames: number, frameMs: number): Quality {
  let now = quality;
  for (let frame = 0; frame < frames; frame++) now = afterFrame(now, frameMs);
  return now;
}

test('slow frames make the picture coarser, but never too coarse', () => {
  const start = startingQuality(true, 1);
  const slower = after(start, 12, 200);
  assert.ok(slower.fineness < start.fineness);
  assert.equal(after(start, 500, 400).fineness, FINENESS_MIN);
});

test('quick frames make it finer again, up to what the screen can show', () => {
  const coarse = after(startingQuality(false, 2), 12 * 40, 300);
  assert.equal(coarse.fineness, FINENESS_MIN);
  const once = after(coarse, 120, 8);
  assert.ok(once.fineness > coarse.fineness);
  assert.equal(after(coarse, 12 * 10 * 60, 8).fineness, coarse.finenessMax);
});

test('frames about as long as wanted change nothing', () => {
  const start = startingQuality(false, 1);
  assert.equal(after(start, 1_000, start.targetMs).fineness, start.fineness);
});

test('a single pause is no measure', () => {
  const start = startingQuality(false, 1);
  assert.deepEqual(afterFrame(start, 5_000), start);
});

test('no screen is drawn finer than one and a half', () => {
  assert.equal(startingQuality(false, 3).fineness, 1.5);
});
