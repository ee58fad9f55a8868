import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Status } from 'nice-grpc-common';
import { Refusal } from './fakes/door-host.ts';
import { errorOf } from './status-details.ts';

test('reason, field and retry delay are read from the details', () => {
  const refusal = new Refusal(Status.RESOURCE_EXHAUSTED, 'RATE', { retryMs: 1_250, field: 'inputs[2].forward' });
  const error = errorOf(refusal.code, refusal.message, refusal.details);
  assert.equal(error.reason, 'RATE');
  assert.equal(error.retryMs, 1_250);
  assert.deepEqual(error.fieldViolations, [{ field: 'inputs[2].forward', description: 'is wrong' }]);
});

test('without details the reason is the code, and who cannot be reached is told apart', () => {
  assert.equal(errorOf(Status.NOT_FOUND, '', undefined).reason, 'NOT_FOUND');
  assert.equal(errorOf(Status.UNAVAILABLE, '', undefined).reason, 'UNREACHABLE');
});

test('bytes that are no details tell nothing and break nothing', () => {
  assert.equal(errorOf(Status.ABORTED, '', Uint8Array.of(0x1a, 0xff, 1, 2)).reason, 'ABORTED');
});
