import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Pace } from './pace.ts';

suite('a pace', () => {
  test('lets a burst pass, then as many as the rate says', () => {
    const pace = new Pace();
    for (let n = 0; n < 120; n++) assert.ok(pace.take(0, 60, 120));
    assert.equal(pace.take(0, 60, 120), false);
    assert.equal(pace.take(16, 60, 120), false);
    assert.ok(pace.take(17, 60, 120));
    assert.equal(pace.take(17, 60, 120), false);
  });

  test('never refuses who keeps to the rate', () => {
    const pace = new Pace();
    for (let n = 0; n < 1_000; n++) assert.ok(pace.take(n * 50, 20, 1));
  });

  test('does not count what it refused, nor who only asked', () => {
    const pace = new Pace();
    assert.ok(pace.take(0, 1, 1));
    for (let n = 0; n < 10; n++) assert.equal(pace.take(500, 1, 1), false);
    assert.ok(pace.over(500, 1, 1));
    assert.equal(pace.over(1_000, 1, 1), false);
    assert.ok(pace.take(1_000, 1, 1));
  });
});
