import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flags, niceMax, pins } from './graph.ts';

test('an axis ends at the next number whose quarters are whole', () => {
  assert.deepEqual([10, 41, 47, 101, 236, 245, 700].map(niceMax), [12, 60, 60, 120, 240, 320, 800]);
  for (let value = 10; value < 5_000; value += 7) {
    assert.ok(niceMax(value) >= value);
    assert.equal((niceMax(value) / 4) % 1, 0, String(value));
  }
});

test('alerts that came together have their numbers below each other, each to be read', () => {
  const tops = pins([100, 300, 305, 306, 500]).map((pin) => /cy="(-?\d+)"/.exec(pin)?.[1]);
  assert.equal(new Set([tops[0], tops[1], tops[4]]).size, 1);
  assert.equal(new Set([tops[1], tops[2], tops[3]]).size, 3);
});

test('what was done together has its letters below each other, each to be read', () => {
  const drawn = flags([100, 110, 300]);
  assert.deepEqual(
    drawn.map((flag) => /<text .*>(\w)</.exec(flag)?.[1]),
    ['a', 'b', 'c'],
  );
  const tops = drawn.map((flag) => /<text .* y="(\d+)"/.exec(flag)?.[1]);
  assert.notEqual(tops[0], tops[1]);
  assert.equal(tops[0], tops[2]);
});
