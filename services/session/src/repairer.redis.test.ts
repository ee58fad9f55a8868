import assert from 'node:assert/strict';
import { after, beforeEach, suite, type TestContext, test } from 'node:test';
import { createLog } from '@clew/service-kit/log';
import { scriptKeys, shardOf } from './keys.ts';
import { repairUntil } from './repairer.ts';
import { createCounters } from './session-counters.ts';
import { anyPlayer, SessionRedis } from './testing/session-redis.ts';

const session = await SessionRedis.open(14);
after(() => session[Symbol.asyncDispose]());
beforeEach(() => session.clear());

async function create(): Promise<string> {
  const player = anyPlayer();
  await session.store.create(player, 'Ariadne', false, '');
  return player;
}

const indexOf = (player: string) => scriptKeys(shardOf(player))[0]!;
const score = async (player: string) => Number(await session.redis.zscore(indexOf(player), player));

/** Repairs until something of it is counted. */
async function repaired(context: TestContext) {
  const counters = createCounters();
  const stop = new AbortController();
  const log = createLog({ name: 'test', level: 'silent', format: 'json' });
  const { redis, store } = session;
  const done = repairUntil(stop.signal, { redis, store, counters, log, repairMs: 1, batch: 50 });
  context.after(() => done);
  context.after(() => stop.abort());
  const count = () => counters.get('session.strayEntries') + counters.get('session.strayRecords');
  while (count() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  await done;
  return { entries: counters.get('session.strayEntries'), records: counters.get('session.strayRecords') };
}

suite('the repair', () => {
  test('gives a record that the index forgot its entry back, and the sweep ends it', async (context) => {
    await create();
    const player = await create();
    await session.redis.zrem(indexOf(player), player);
    assert.deepEqual(await repaired(context), { entries: 0, records: 1 });
    assert.equal(await score(player), Number((await session.record(player)).d));
    await session.elapse(player);
    await session.store.sweep(100);
    assert.deepEqual(await session.kinds(player), ['CREATED', 'EXPIRED']);
  });

  test('gives a record without a TTL its backstop back', async (context) => {
    const player = await create();
    const until = await session.redis.pexpiretime(session.key(player));
    await session.redis.persist(session.key(player));
    assert.equal((await repaired(context)).records, 1);
    assert.equal(await session.redis.pexpiretime(session.key(player)), until);
  });

  test('gives an index that was lost back, with the TTL of its records', async (context) => {
    const player = await create();
    await session.redis.del(indexOf(player));
    assert.equal((await repaired(context)).records, 1);
    const { redis } = session;
    assert.equal(await redis.pexpiretime(indexOf(player)), await redis.pexpiretime(session.key(player)));
  });

  test('gives a tombstone without a TTL one', async (context) => {
    const player = await create();
    await session.store.kick({ playerId: player, epoch: 0 }, 'gone', '');
    await session.redis.persist(session.key(player));
    assert.equal((await repaired(context)).records, 1);
    assert.ok((await session.redis.pttl(session.key(player))) > 0);
  });

  test('sets an entry to the deadline of its record', async (context) => {
    const player = await create();
    await session.redis.zadd(indexOf(player), (await session.now()) + 86_400_000, player);
    assert.equal((await repaired(context)).entries, 1);
    assert.equal(await score(player), Number((await session.record(player)).d));
  });

  test('takes the entry of a tombstone out', async (context) => {
    const player = await create();
    await session.store.kick({ playerId: player, epoch: 0 }, 'gone', '');
    await session.redis.zadd(indexOf(player), (await session.now()) + 1_000, player);
    assert.equal((await repaired(context)).entries, 1);
    assert.equal(await session.redis.zscore(indexOf(player), player), null);
  });

  test('has an entry without a record swept within a lease, and announced once', async (context) => {
    const player = await create();
    await session.redis.del(session.key(player));
    await session.redis.zadd(indexOf(player), (await session.now()) + 86_400_000, player);
    assert.equal((await repaired(context)).entries, 1);
    assert.ok((await score(player)) <= (await session.now()) + 30_000);
    await session.redis.zadd(indexOf(player), (await session.now()) - 1, player);
    await Promise.all([session.store.sweep(100), session.store.sweep(100)]);
    assert.deepEqual(await session.kinds(player), ['CREATED', 'EXPIRED']);
  });

  test('changes nothing where everything fits', async () => {
    const player = await create();
    const before = [
      await session.record(player),
      await score(player),
      (await session.redis.pttl(session.key(player))) > 0,
    ];
    assert.deepEqual(await session.store.repairIndex(shardOf(player), '0', 100), { cursor: '0', strays: 0 });
    assert.equal(await session.store.repairRecords([player, anyPlayer()]), 0);
    assert.deepEqual([await session.record(player), await score(player), true], before);
  });

  test('looks at a bounded part of an index at once', async () => {
    const ids = Array.from({ length: 400 }, () => `00${anyPlayer().slice(2)}`);
    await Promise.all(ids.map((player) => session.store.create(player, 'Ariadne', false, '')));
    for (const player of ids) await session.redis.zadd(indexOf(player), 1, player);
    const { cursor, strays } = await session.store.repairIndex(0, '0', 50);
    assert.notEqual(cursor, '0');
    assert.ok(strays > 0 && strays < 200, String(strays));
  });
});
