import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeoutMs } from './timeout.ts';

test('a grpc-timeout has up to eight digits and a unit', () => {
  assert.equal(timeoutMs(undefined), undefined);
  assert.deepEqual(['3S', '250m', '2M', '1H', '1500u', '1n'].map(timeoutMs), [3_000, 250, 120_000, 3_600_000, 2, 1]);
  for (const wrong of ['', '3', 'S', '3s', '-3S', '123456789S', '1.5S', '3S,3S']) {
    assert.throws(() => timeoutMs(wrong), { status: 3, reason: 'INVALID_ARGUMENT' });
  }
});

test('a grpc-timeout beyond what a timer can wait is as long as one can', () => {
  assert.equal(timeoutMs('99999999H'), 2 ** 31 - 1);
});
