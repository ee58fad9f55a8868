import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { Collections } from './collections.ts';
import { Counters } from './counters.ts';
import { OpsServer } from './ops-server.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

async function serving(context: TestContext) {
  const collections = new Collections();
  const counters = new Counters(['test.frames']);
  let tick = 0;
  const ops = new OpsServer({ name: 'test-1', collections, counters, sections: () => ({ tick: ++tick }) });
  context.after(() => ops.stop());
  const port = await ops.listen('127.0.0.1', 0);
  return { ops, collections, counters, get: (path: string) => fetch(`http://127.0.0.1:${port}${path}`) };
}

suite('the operators’ listener', () => {
  test('is alive before it is ready', async (context) => {
    const { ops, get } = await serving(context);
    assert.equal((await get('/livez')).status, 200);
    assert.equal((await get('/readyz')).status, 503);
    ops.setReady(true);
    assert.equal((await get('/readyz?verbose')).status, 200);
    ops.setReady(false);
    assert.equal((await get('/readyz')).status, 503);
  });

  test('tells memory, counters, collections and sections as they are now', async (context) => {
    const { collections, counters, get } = await serving(context);
    collections.set<number>('test.seats', { bound: 8 }).add(1);
    counters.add('test.frames', 3);
    // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
    const status = (await (await get('/statusz')).json()) as any;
    assert.equal(status.name, 'test-1');
    assert.equal(status.pid, process.pid);
    assert.match(status.versions.clew, /^\d+\.\d+\.\d+/);
    assert.equal(status.versions.node, process.versions.node);
    assert.ok(status.memory.heapUsed > 0);
    assert.deepEqual(status.counters, { 'test.frames': 3 });
    assert.deepEqual(status.collections, [{ name: 'test.seats', size: 1, bound: 8, orphans: 0 }]);
    assert.equal(status.tick, 1);
    assert.equal(JSON.parse(await (await get('/statusz')).text()).tick, 2);
  });

  test('answers 404 with what there is', async (context) => {
    const { get } = await serving(context);
    const response = await get('/metrics-of-old');
    assert.equal(response.status, 404);
    assert.match(await response.text(), /\/statusz/);
  });

  test('says so when its port is taken', async (context) => {
    const taken = new OpsServer({ name: 'a', collections: new Collections(), counters: new Counters([]) });
    const port = await taken.listen('127.0.0.1', 0);
    context.after(() => taken.stop());
    const second = new OpsServer({ name: 'b', collections: new Collections(), counters: new Counters([]) });
    await assert.rejects(second.listen('127.0.0.1', port), { code: 'EADDRINUSE' });
    await second.stop();
  });

  test('tells metrics, and stops although a client waits for them', async (context) => {
    const waits = Promise.withResolvers<void>();
    const answers = [Promise.resolve('clew_frames_total 3\n')];
    const never = () => {
      waits.resolve();
      return new Promise<string>(() => {});
    };
    const telemetry = { metrics: () => answers.pop() ?? never() } as unknown as Telemetry;
    const ops = new OpsServer({ name: 'a', collections: new Collections(), counters: new Counters([]), telemetry });
    context.after(() => ops.stop());
    const port = await ops.listen('127.0.0.1', 0);
    const get = () => fetch(`http://127.0.0.1:${port}/metrics`);
    assert.equal(await (await get()).text(), 'clew_frames_total 3\n');
    const waiting = assert.rejects(get());
    await waits.promise;
    await ops.stop();
    await waiting;
  });

  test('stops although a client keeps its connection', async (context) => {
    const { ops, get } = await serving(context);
    await (await get('/livez')).text();
    await ops.stop();
    await assert.rejects(get('/livez'));
  });
});
