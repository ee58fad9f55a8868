import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Status } from 'nice-grpc-common';
import { CollectionFull } from '../collections.ts';
import { Instruments } from './instruments.ts';
import { ServerCalls } from './server-calls.ts';

const method = 'clew.play.v1.PlayService/SignIn';

/** Every series that is told, with its value or count. */
async function told(instruments: Instruments): Promise<Map<string, number>> {
  const all = (await instruments.read()).flatMap((one) =>
    one.kind === 'histogram'
      ? [...one.series()].map(({ attributes, histogram }) => [one.name, attributes, histogram.count] as const)
      : one.points().map(({ attributes, value }) => [one.name, attributes, value] as const),
  );
  return new Map(all.map(([name, attributes, value]) => [`${name} ${Object.values(attributes).join(' ')}`, value]));
}

suite('calls that are served', () => {
  test('are timed when they are answered, and counted by status when they fail', async () => {
    const instruments = new Instruments();
    const calls = new ServerCalls(instruments);
    calls.declare(method);
    await calls.serve(method, '', async () => 'answer');
    const full = () => Promise.reject(new CollectionFull('edge.entries', 1));
    await assert.rejects(calls.serve(method, '', full), CollectionFull);
    const series = await told(instruments);
    assert.equal(series.get(`rpc.server.call.duration ${method} OK`), 1);
    assert.equal(series.get(`clew.rpc.failures ${method} RESOURCE_EXHAUSTED`), 1);
    assert.equal(series.get(`clew.rpc.failures ${method} UNAVAILABLE`), 0);
  });

  test('have all their series before the first, and as many after 10,000 that ended in every way', async () => {
    const instruments = new Instruments();
    const calls = new ServerCalls(instruments);
    calls.declare(method);
    const before = [...(await told(instruments)).keys()];
    const statuses = Object.values(Status).filter((status) => typeof status === 'number' && status >= 0) as Status[];
    for (let player = 0; player < 10_000; player += 1) {
      calls.begin(method, '').end(statuses[player % statuses.length]!);
    }
    assert.deepEqual([...(await told(instruments)).keys()], before);
    assert.equal(before.length, 17);
  });

  test('are of methods that were declared', () => {
    assert.throws(() => new ServerCalls(new Instruments()).begin(method, ''), /not declared/);
  });
});
