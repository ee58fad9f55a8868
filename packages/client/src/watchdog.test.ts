import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Watchdog } from './watchdog.ts';

function setUp(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = 0;
  let barks = 0;
  const watchdog = new Watchdog(
    100,
    () => nowMs,
    () => {
      barks += 1;
    },
  );
  const pass = (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 1) {
      nowMs += 1;
      t.mock.timers.tick(1);
    }
    return barks;
  };
  return { watchdog, pass };
}

test('barks once after its limit', (t) => {
  const { pass } = setUp(t);
  assert.equal(pass(99), 0);
  assert.equal(pass(1), 1);
  assert.equal(pass(1_000), 1);
});

test('does not bark while it is fed', (t) => {
  const { watchdog, pass } = setUp(t);
  for (let round = 0; round < 20; round += 1) {
    assert.equal(pass(60), 0);
    watchdog.feed();
  }
  assert.equal(pass(99), 0);
  assert.equal(pass(1), 1);
});

test('takes a new limit at once', (t) => {
  const { watchdog, pass } = setUp(t);
  pass(50);
  watchdog.feed();
  watchdog.limit(10);
  assert.equal(pass(10), 1);
});

test('is silent after close', (t) => {
  const { watchdog, pass } = setUp(t);
  watchdog.close();
  assert.equal(pass(1_000), 0);
});
