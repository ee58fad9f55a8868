import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Redis } from 'ioredis';
import pino from 'pino';
import { LuaScript } from './lua-script.ts';
import { inOneTrip } from './one-trip.ts';
import { connectRedis, masters, redisReady } from './redis.ts';
import { ServiceError } from './service-error.ts';
import { type RedisNodeProcess, RedisProcesses } from './testing/redis-processes.ts';

const log = pino({ level: 'silent' });

/** Adds to a counter, and tells it. */
const file = join(tmpdir(), `clew-add-${process.pid}.lua`);
writeFileSync(file, "return redis.call('INCRBY', KEYS[1], ARGV[1])");
const add = new LuaScript(pathToFileURL(file));

const processes = await RedisProcesses.open();
after(() => processes[Symbol.asyncDispose]());

async function connected(context: TestContext, url: string): Promise<Redis> {
  const redis = connectRedis(url, log, { commandTimeoutMs: 20_000 }); // a busy machine is not a Redis that is away
  context.after(() => redis.disconnect());
  await redisReady(redis, context.signal);
  return redis;
}

/** Tries until it works: as callers do who are told UNAVAILABLE. */
async function again<Result>(act: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      assert.equal(ServiceError.from(error).reason, 'REDIS_AWAY', String(error));
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

const calls = Array.from({ length: 64 }, (_, shard) => ({ keys: [`clew:{s${shard}}:count`], args: [shard] }));

suite('on a cluster', () => {
  let url: string;
  before(async () => {
    ({ url } = await processes.cluster());
  });

  test('a script runs once for each of many shards, whichever node has them, though no node knows it yet', async (context) => {
    const redis = await connected(context, url);
    const counts = await add.runEach(redis, calls);
    assert.deepEqual(
      counts,
      calls.map((_, shard) => shard),
    );
    assert.deepEqual((await add.runEach(redis, calls)).at(-1), 126);
    assert.equal(await add.run(redis, ['clew:{s1}:count'], [1]), 3);
  });

  test('commands of one trip come back in their order, failures as values', async (context) => {
    const redis = await connected(context, url);
    await inOneTrip(redis, [
      ['SET', '{a}', '1', 'PX', 60_000],
      ['SET', '{b}', '2', 'PX', 60_000],
    ]);
    const [one, failed, two] = await inOneTrip(redis, [
      ['GET', '{a}'],
      ['HGET', '{a}', 'field'],
      ['GET', '{b}'],
    ]);
    assert.deepEqual([String(one), String(two)], ['1', '2']);
    assert.match(String(failed), /WRONGTYPE/);
  });

  test('every node can be asked', async (context) => {
    const redis = await connected(context, url);
    await add.runEach(redis, calls);
    const sizes = await Promise.all(masters(redis).map((node) => node.dbsize()));
    assert.equal(sizes.length, 3);
    assert.ok(sizes.every((size) => size > 0));
  });
});

suite('behind sentinel', () => {
  /** Until the replica has what was counted: WAIT tells of what its own connection wrote, and that was another one. */
  async function copied(replica: RedisNodeProcess): Promise<void> {
    while ((await replica.client.get('clew:{a}:count')) !== '1')
      await new Promise((resolve) => setTimeout(resolve, 25));
  }

  test('the master that was promoted is found, and the commands meanwhile fail fast', async (context) => {
    const { url, master, replica } = await processes.sentinel();
    const redis = await connected(context, url);
    assert.equal(await add.run(redis, ['clew:{a}:count'], [1]), 1);
    await copied(replica);
    await master.kill();
    assert.equal(await again(() => add.run(redis, ['clew:{a}:count'], [1])), 2);
    assert.match(await replica.client.info('replication'), /role:master/);
  });

  test('a master that became a replica is left', async (context) => {
    const { url, master, replica } = await processes.sentinel();
    const redis = await connected(context, url);
    await add.run(redis, ['clew:{a}:count'], [1]);
    await copied(replica);
    // As a failover does it that this connection does not notice.
    await replica.client.replicaof('NO', 'ONE');
    await master.client.replicaof('127.0.0.1', replica.port);
    const failed = await add
      .run(redis, ['clew:{a}:count'], [1])
      .catch((error: unknown) => ServiceError.from(error).reason);
    assert.equal(failed, 'REDIS_AWAY');
  });
});
