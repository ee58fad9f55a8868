import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inTime } from './unary.ts';

suite('an answer in time', () => {
  test('is passed on, refusals too, and no timer is left', async () => {
    assert.equal(await inTime(Promise.resolve(1), 600_000), 1);
    await assert.rejects(inTime(Promise.reject(new Error('refused')), 600_000), /refused/);
    assert.equal(await inTime(Promise.resolve(2), undefined), 2);
    // A timer that was left would keep this process from ending.
  });

  test('that comes too late is DEADLINE_EXCEEDED', async () => {
    await assert.rejects(inTime(new Promise(() => {}), 1), { reason: 'DEADLINE_EXCEEDED' });
  });
});
