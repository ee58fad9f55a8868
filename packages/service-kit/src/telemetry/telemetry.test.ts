import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Collections } from '../collections.ts';
import { Counters } from '../counters.ts';
import { unknownProcess } from '../process-context.ts';
import { Telemetry } from './telemetry.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function measuring(): Telemetry {
  const collections = new Collections();
  const counters = new Counters([]);
  return new Telemetry({ mode: 'on', service: 'test', name: 'test-1', collections, counters, context: unknownProcess });
}

/** The largest delay of the event loop since the last reading, in seconds. */
async function latest(telemetry: Telemetry): Promise<number> {
  const text = (await telemetry.metrics()) ?? '';
  return Number(/^nodejs_eventloop_delay_max\S* (\S+)/m.exec(text)?.[1]);
}

/** Services dispose it the one way, tests the other. */
const ways = [
  ['at once', async (telemetry: Telemetry) => telemetry[Symbol.dispose]()],
  ['in order', (telemetry: Telemetry) => telemetry[Symbol.asyncDispose]()],
] as const;

for (const [how, dispose] of ways) {
  suite(`telemetry that is disposed ${how}`, () => {
    test('hears of no garbage collection any more', async () => {
      using kept = measuring();
      const disposed = measuring();
      await dispose(disposed);
      while (kept.heap.pauses.major.count === 0) {
        collectGarbage();
        await sleep(5);
      }
      assert.equal(disposed.heap.pauses.major.count, 0);
    });

    test('does not watch the event loop any more', async () => {
      using kept = measuring();
      const disposed = measuring();
      await dispose(disposed);
      const before = await latest(disposed);
      while ((await latest(kept)) < 0.05) {
        for (const endMs = performance.now() + 100; performance.now() < endMs; );
        await sleep(5);
      }
      assert.equal(await latest(disposed), before);
    });
  });
}
