import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { registryKeys } from './keys.ts';
import { SimulationRegistry } from './simulation-registry.ts';
import { presenceOf } from './testing/fake-simulation.ts';
import { TestRedis } from './testing/test-redis.ts';

const database = await TestRedis.open(10);
const limits = { leaseMs: 60_000, matchLeaseMs: 3_000, simulationsMax: 2 };
const registry = new SimulationRegistry(database.redis, limits);

beforeEach(() => database.redis.flushdb());
after(() => database[Symbol.asyncDispose]());

async function register(simulationId: string, registration = 0, more = {}): Promise<number> {
  const outcome = await registry.register(presenceOf(simulationId, more), registration);
  assert.ok(outcome.kind === 'registered', outcome.kind);
  return outcome.registration;
}

const names = async () => (await registry.list()).map((simulation) => simulation.simulationId).sort();

async function lapse(simulationId: string): Promise<void> {
  await database.redis.zadd(registryKeys.simulations, 1, simulationId);
  await database.redis.hset(`${registryKeys.simulationPrefix}${simulationId}`, { deadline: 1 });
}

test('everybody sees what a simulation last said', async () => {
  const registration = await register('s1');
  await register('s2');
  const openMatches = [{ matchId: 'm-1', seats: 3 }];
  assert.equal(await register('s1', registration, { matches: 4, openMatches }), registration);
  assert.deepEqual(await names(), ['s1', 's2']);
  const { deadlineMs, ...said } = (await registry.list()).find(({ simulationId }) => simulationId === 's1')!;
  assert.deepEqual(said, presenceOf('s1', { matches: 4, openMatches }));
  assert.ok(deadlineMs > (await database.nowMs()));
});

test('a simulation that says nothing for one lease is not there, and nothing is left of it', async () => {
  await register('s1');
  await lapse('s1');
  assert.deepEqual(await names(), []);
  assert.deepEqual(await database.remains(), []);
});

test('the end of its stream withdraws a simulation at once', async () => {
  const registration = await register('s1');
  assert.equal(await registry.withdraw('s1', registration), true);
  assert.deepEqual(await names(), []);
  assert.deepEqual(await database.remains(), []);
});

test('the newest stream holds the registration, the end of an older one withdraws nothing', async () => {
  const older = await register('s1');
  const newer = await register('s1');
  assert.ok(newer > older);
  assert.deepEqual(await registry.register(presenceOf('s1'), older), { kind: 'replaced' });
  assert.equal(await registry.withdraw('s1', older), false);
  assert.deepEqual(await names(), ['s1']);
});

test('a presence that was lost with the data is written again', async () => {
  const registration = await register('s1');
  await database.redis.flushdb();
  assert.equal(await register('s1', registration), registration);
  assert.deepEqual(await names(), ['s1']);
});

test('the registry takes a bounded number of simulations, and those who are in stay', async () => {
  const registration = await register('s1');
  await register('s2');
  assert.deepEqual(await registry.register(presenceOf('s3'), 0), { kind: 'full' });
  assert.equal(await register('s1', registration), registration);
  await lapse('s2');
  await register('s3');
  assert.deepEqual(await names(), ['s1', 's3']);
});

test('of very many open matches some are kept', async () => {
  const openMatches = Array.from({ length: 500 }, (_, n) => ({ matchId: `m-${n}`, seats: 1 }));
  await register('s1', 0, { openMatches });
  assert.equal((await registry.list())[0]!.openMatches.length, 64);
});

test('an entry whose simulation is missing goes with the next look', async () => {
  await register('s1');
  await database.redis.del(`${registryKeys.simulationPrefix}s1`);
  assert.deepEqual(await names(), []);
  assert.deepEqual(await database.remains(), []);
});

test('every key runs out by itself', async () => {
  await register('s1');
  await registry.list();
  assert.deepEqual(await database.immortal(), []);
});
