import assert from 'node:assert/strict';
import { Session } from 'node:inspector/promises';
import { suite, type TestContext, test } from 'node:test';
import pino from 'pino';
import { Collections } from './collections.ts';
import { Counters } from './counters.ts';
import { OperatorActs } from './operator-acts.ts';
import { OpsServer } from './ops-server.ts';

async function serving(context: TestContext, token: string | undefined = 'secret') {
  const collections = new Collections();
  const lines: { act: string; allowed: boolean }[] = [];
  const held = { players: 0 };
  const acts = new OperatorActs({
    token,
    log: pino({}, { write: (line: string) => lines.push(JSON.parse(line)) }),
    collections,
    players: () => held.players,
    streams: () => [
      { ageSeconds: 1, state: 'lobby' },
      { ageSeconds: 9, state: 'seated' },
    ],
  });
  const ops = new OpsServer({ name: 'test', collections, counters: new Counters([]), acts });
  context.after(() => ops.stop());
  const port = await ops.listen('127.0.0.1', 0);
  const ask = (act: string, shown = 'secret', signal: AbortSignal | null = null) =>
    fetch(`http://127.0.0.1:${port}/debug/${act}`, { headers: { authorization: `Bearer ${shown}` }, signal });
  return { collections, lines, held, ask };
}

suite('an operator', () => {
  test('shows the token, and is logged either way (O1)', async (context) => {
    const { ask, lines } = await serving(context);
    assert.equal((await ask('collections', 'guess')).status, 401);
    assert.equal((await ask('collections')).status, 200);
    assert.deepEqual(
      lines.map(({ act, allowed }) => [act, allowed]),
      [
        ['collections', false],
        ['collections', true],
      ],
    );
  });

  test('may do nothing where no token is configured', async (context) => {
    const { ask } = await serving(context, undefined);
    assert.equal((await ask('collections', 'undefined')).status, 401);
  });

  test('sees collections by size and streams by age', async (context) => {
    const { ask, collections } = await serving(context);
    collections.set<number>('test.small', { bound: 8 });
    collections.set<number>('test.large', { bound: 8 }).add(1);
    const names = ((await (await ask('collections')).json()) as { name: string }[]).map(({ name }) => name);
    assert.deepEqual(names, ['test.large', 'test.small']);
    const ages = ((await (await ask('streams')).json()) as { ageSeconds: number }[]).map((one) => one.ageSeconds);
    assert.deepEqual(ages, [9, 1]);
  });

  test('takes profiles, one at a time, for a bounded time (O2)', async (context) => {
    const { ask } = await serving(context);
    for (const seconds of ['0', '61', 'x']) assert.equal((await ask(`cpu-profile?seconds=${seconds}`)).status, 400);
    const first = ask('cpu-profile?seconds=0.5');
    while ((await ask('heap-profile?seconds=0.001')).status !== 409) await new Promise(setImmediate);
    const profile = (await (await first).json()) as { nodes: unknown[] };
    assert.ok(profile.nodes.length > 0);
    const heap = (await (await ask('heap-profile?seconds=0.01')).json()) as { head: unknown };
    assert.ok(heap.head !== undefined);
  });

  test('who leaves ends his profile', async (context) => {
    const disconnected = context.mock.method(Session.prototype, 'disconnect').mock;
    const { ask } = await serving(context);
    const leaving = new AbortController();
    const first = ask('cpu-profile?seconds=60', 'secret', leaving.signal);
    while ((await ask('heap-profile?seconds=0.001')).status !== 409) await new Promise(setImmediate);
    leaving.abort();
    await assert.rejects(first);
    while ((await ask('heap-profile?seconds=0.001')).status === 409) await new Promise(setImmediate);
    assert.ok(disconnected.callCount() >= 2, 'the engine’s session ends with each');
  });

  test('gets a snapshot only of a process that holds no player (O3)', async (context) => {
    const { ask, held } = await serving(context);
    held.players = 1;
    assert.equal((await ask('heap-snapshot')).status, 409);
    held.players = 0;
    const snapshot = (await (await ask('heap-snapshot')).json()) as { snapshot: unknown };
    assert.ok(snapshot.snapshot !== undefined);
  });
});
