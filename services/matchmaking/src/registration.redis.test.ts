import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { after, test } from 'node:test';
import type { RegisterSimulationRequest } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { Counters } from '@clew/service-kit/counters';
import { registration } from './registration.ts';
import { type Simulation, SimulationRegistry } from './simulation-registry.ts';
import { presenceOf } from './testing/fake-simulation.ts';
import { TestRedis } from './testing/test-redis.ts';

const database = await TestRedis.open(13);
const limits = { leaseMs: 60_000, matchLeaseMs: 60_000, simulationsMax: 10 };
const registry = new SimulationRegistry(database.redis, limits);
const call = new AbortController().signal;

after(() => database[Symbol.asyncDispose]());

const optionsOf = (closing: AbortSignal) => ({
  registry,
  counters: new Counters(['matchmaking.presences_unwritten']),
  open: new Set<AbortSignal>(),
  closing,
  silenceMs: 60_000,
});

test('a stream leaves neither timer nor listener behind, however much it says', async () => {
  const closing = new AbortController().signal;
  const listeners = () => getEventListeners(closing, 'abort').length;
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();
  let listenersMax = 0;
  async function* messages(): AsyncGenerator<RegisterSimulationRequest> {
    for (let matches = 0; matches < 20; matches += 1) {
      yield presenceOf('s1', { matches });
      listenersMax = Math.max(listenersMax, listeners());
    }
  }
  const options = optionsOf(closing);
  let answers = 0;
  for await (const _ of registration(messages(), call, options)) answers += 1;
  assert.equal(answers, 20);
  assert.equal(listenersMax, 1);
  assert.equal(listeners(), 0);
  assert.ok(timers() < before + 10);
  assert.equal(options.open.size, 0);
});

test('a stream that comes while the process stops is ended at once', async () => {
  async function* silent(): AsyncGenerator<RegisterSimulationRequest> {
    await new Promise(() => {});
  }
  const answers = registration(silent(), call, optionsOf(AbortSignal.abort()));
  assert.deepEqual(await answers.next(), { done: true, value: undefined });
});

test('a stream is ended when the process stops, and its simulation stays registered', async () => {
  async function* messages(): AsyncGenerator<RegisterSimulationRequest> {
    yield presenceOf('s2');
    await new Promise(() => {});
  }
  const closing = new AbortController();
  const answers = registration(messages(), call, optionsOf(closing.signal));
  assert.equal((await answers.next()).done, false);
  const next = answers.next();
  closing.abort();
  assert.deepEqual(await next, { done: true, value: undefined });
  assert.ok((await registry.list()).some(({ simulationId }) => simulationId === 's2'));
});

test('a stream whose connection breaks is withdrawn at once', async () => {
  async function* messages(): AsyncGenerator<RegisterSimulationRequest> {
    yield presenceOf('s3');
    throw new Error('the connection broke');
  }
  for await (const _ of registration(messages(), call, optionsOf(new AbortController().signal)));
  assert.equal(
    (await registry.list()).some(({ simulationId }) => simulationId === 's3'),
    false,
  );
});

test('what names a simulation and where it is need not be repeated', async () => {
  async function* messages(): AsyncGenerator<RegisterSimulationRequest> {
    yield presenceOf('s1', { matchesMax: 7 });
    yield presenceOf('', { controlAddress: '', trunkAddress: '', matches: 3, matchesMax: 0 });
    listed = await registry.list();
  }
  let listed: Simulation[] = [];
  for await (const _ of registration(messages(), call, optionsOf(new AbortController().signal)));
  const { deadlineMs: _, ...said } = listed.find(({ simulationId }) => simulationId === 's1')!;
  assert.deepEqual(said, presenceOf('s1', { matches: 3, matchesMax: 7 }));
});
