import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Status } from 'nice-grpc-common';
import { ClewError } from './clew-error.ts';
import { Steering } from './steering.ts';

const input = (sequence: number) => ({ sequence, tick: sequence, forward: 1, strafe: 0, heading: 0, buttons: 0 });
const inputs = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => input(from + index));

function setUp() {
  const calls: { readonly sequences: number[]; readonly answer: PromiseWithResolvers<void> }[] = [];
  const clock = { nowMs: 1_000 };
  const steering = new Steering({
    now: () => clock.nowMs,
    steer: (offered) => {
      const answer = Promise.withResolvers<void>();
      calls.push({ sequences: offered.map(({ sequence }) => sequence), answer });
      return answer.promise;
    },
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { calls, clock, steering, settled };
}

test('each call repeats all that is offered', () => {
  const { calls, steering } = setUp();
  steering.offer(inputs(1, 1));
  steering.offer(inputs(1, 2));
  assert.deepEqual(
    calls.map(({ sequences }) => sequences),
    [[1], [1, 2]],
  );
});

test('no more than three calls are in flight; what came meanwhile goes when one is answered', async () => {
  const { calls, steering, settled } = setUp();
  for (let last = 1; last <= 6; last += 1) steering.offer(inputs(1, last));
  assert.equal(calls.length, 3);
  assert.equal(steering.inFlight, 3);
  calls[0]?.answer.resolve();
  await settled();
  assert.deepEqual(calls[3]?.sequences, [1, 2, 3, 4, 5, 6]);
  calls[1]?.answer.resolve();
  await settled();
  assert.equal(calls.length, 4, 'nothing new, nothing said');
});

test('what is not acknowledged is told again, but not each tick', () => {
  const { calls, clock, steering } = setUp();
  for (let tick = 0; tick < 10; tick += 1) {
    steering.offer(inputs(1, 1));
    clock.nowMs += 50;
  }
  assert.equal(calls.length, 2);
});

test('a failed call is repeated with the next offer, but not before the edge wants to be asked', async () => {
  const { calls, clock, steering, settled } = setUp();
  steering.offer(inputs(1, 1));
  calls[0]?.answer.reject(new ClewError(Status.UNAVAILABLE, 'AWAY', 'away', { retryMs: 400 }));
  await settled();
  clock.nowMs += 399;
  steering.offer(inputs(1, 2));
  assert.equal(calls.length, 1);
  clock.nowMs += 1;
  steering.offer(inputs(1, 2));
  assert.deepEqual(calls[1]?.sequences, [1, 2]);
});
