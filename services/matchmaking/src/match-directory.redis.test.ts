import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { matchKey, registryKeys } from './keys.ts';
import { MatchDirectory } from './match-directory.ts';
import { SimulationRegistry } from './simulation-registry.ts';
import { TestRedis } from './testing/test-redis.ts';

const database = await TestRedis.open(9);
const matches = new MatchDirectory(database.redis, { leaseMs: 60_000, tombstoneMs: 600_000 });
const registry = new SimulationRegistry(database.redis, { leaseMs: 60_000, matchLeaseMs: 60_000, simulationsMax: 10 });
const home = { simulationId: 's1', trunkAddress: '127.0.0.1:7001', controlAddress: '127.0.0.1:7000' };

beforeEach(async () => {
  await database.redis.flushdb();
  await database.sweptLately();
});
after(() => database[Symbol.asyncDispose]());

const overdue = (matchId: string) => database.redis.hset(matchKey(matchId), { deadline: 1 });

test('a match that was placed is owned, under an epoch in milliseconds and a lease', async () => {
  const before = await database.nowMs();
  const match = await matches.create(home);
  assert.match(match.matchId, /^m-[A-Za-z0-9_-]{16}$/);
  assert.ok(match.epoch >= before);
  const ownership = await matches.get(match.matchId);
  assert.ok(ownership.kind === 'owned');
  assert.deepEqual(ownership.match, match);
  assert.ok(ownership.deadlineMs >= before + 60_000);
});

test('the record holds what its owner renews', async () => {
  const { matchId, epoch } = await matches.create(home);
  const { deadline, ...record } = await database.redis.hgetall(matchKey(matchId));
  assert.ok(Number(deadline) > 0);
  assert.deepEqual(record, {
    simulation_id: 's1',
    trunk_address: '127.0.0.1:7001',
    control_address: '127.0.0.1:7000',
    epoch: String(epoch),
    state: 'running',
  });
});

test('a match past its deadline is lost, although its record is still there', async () => {
  const { matchId } = await matches.create(home);
  await overdue(matchId);
  assert.deepEqual(await matches.get(matchId), { kind: 'unknown' });
  assert.equal(await database.redis.exists(matchKey(matchId)), 1);
});

test('a match that never was is unknown', async () => {
  assert.deepEqual(await matches.get('m-nothing'), { kind: 'unknown' });
});

test('after Redis was away a missing or overdue match is not taken for lost until owners could renew', async () => {
  const { matchId } = await matches.create(home);
  await overdue(matchId);
  await database.wasAway();
  assert.deepEqual(await matches.get(matchId), { kind: 'uncertain' });
  assert.deepEqual(await matches.get('m-nothing'), { kind: 'uncertain' });
  await registry.list(); // somebody sweeps again: the hold-off begins
  assert.deepEqual(await matches.get(matchId), { kind: 'uncertain' });
  await database.redis.hset(registryKeys.sweep, { hold_until: 0 }); // ... and is over
  assert.deepEqual(await matches.get(matchId), { kind: 'unknown' });
});

test('after Redis lost its data a match is not taken for lost either', async () => {
  await database.redis.flushdb();
  assert.deepEqual(await matches.get('m-1'), { kind: 'uncertain' });
});

test('a finished match is over at once and refuses late owners by its epoch', async () => {
  const match = await matches.create(home);
  await matches.finish(match);
  await database.wasAway();
  assert.deepEqual(await matches.get(match.matchId), { kind: 'finished' });
  assert.deepEqual(await database.redis.hgetall(matchKey(match.matchId)), {
    epoch: String(match.epoch),
    state: 'finished',
  });
});

test('a match is not finished under an older epoch, and a missing one gets its tombstone', async () => {
  const match = await matches.create(home);
  await matches.finish({ ...match, epoch: match.epoch - 1 });
  assert.equal((await matches.get(match.matchId)).kind, 'owned');
  await database.redis.del(matchKey(match.matchId));
  await matches.finish(match);
  assert.equal(await database.redis.hget(matchKey(match.matchId), 'state'), 'finished');
});

test('records and tombstones run out by themselves', async () => {
  const match = await matches.create(home);
  assert.ok((await database.redis.pttl(matchKey(match.matchId))) > 60_000);
  await matches.finish(match);
  const ttl = await database.redis.pttl(matchKey(match.matchId));
  assert.ok(ttl > 500_000 && ttl <= 600_000);
});
