import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounded } from './bounded.ts';
import { ClewError } from './clew-error.ts';

const hanging = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

test('ends what takes too long, as unreachable', async () => {
  await assert.rejects(bounded(10, hanging), { reason: 'UNREACHABLE' });
});

test('ends with the outer signal, for its reason, also when that was over before', async () => {
  const outer = new AbortController();
  const running = bounded(60_000, hanging, outer.signal);
  outer.abort(new ClewError(1, 'CLOSED', 'closed'));
  await assert.rejects(running, { reason: 'CLOSED' });
  await assert.rejects(
    bounded(60_000, async (signal) => signal.throwIfAborted(), outer.signal),
    { reason: 'CLOSED' },
  );
});

test('leaves no timer behind', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let aborted = false;
  await bounded(10, async (signal) => {
    signal.addEventListener('abort', () => {
      aborted = true;
    });
  });
  t.mock.timers.tick(100);
  assert.equal(aborted, false);
});
