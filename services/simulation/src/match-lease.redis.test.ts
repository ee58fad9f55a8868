import assert from 'node:assert/strict';
import { after, suite, type TestContext, test } from 'node:test';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { connectRedis, redisReady } from '@clew/service-kit/redis';
import { RedisProcesses } from '@clew/service-kit/testing/redis-processes';
import { RedisRelay, testRedisUrl } from '@clew/service-kit/testing/test-redis';
import { matchKey } from './keys.ts';
import { MatchLease, renewedBy } from './match-lease.ts';
import { TestMatches } from './testing/test-matches.ts';

const processes = await RedisProcesses.open();
after(() => processes[Symbol.asyncDispose]());

const LEASE_MS = 3_000;
const TOMBSTONE_MS = 600_000;

/** Leases of the matches of one process, renewed only when a test says so; and a way to take Redis away from them. */
async function leased(
  context: TestContext,
  { goneMax = 20, url = testRedisUrl(5), renewMs = 10, matchesMax = 10 } = {},
) {
  const isSingle = url.startsWith('redis://');
  const relay = await RedisRelay.open(testRedisUrl(5));
  const world = await TestMatches.open(context, { matchesMax });
  const { collections, counters, log, matches } = world;
  const redis = connectRedis(isSingle ? relay.url : url, log);
  const direct = connectRedis(url, log);
  context.after(async () => {
    redis.disconnect();
    direct.disconnect();
    await relay[Symbol.asyncDispose]();
  });
  await Promise.all([redis, direct].map((each) => redisReady(each, context.signal)));
  if (isSingle) await direct.flushdb();
  const lease = new MatchLease({
    redis,
    matches,
    simulationId: 'simulation-1',
    trunkAddress: '127.0.0.1:2',
    controlAddress: '127.0.0.1:1',
    leaseMs: LEASE_MS,
    renewMs,
    tombstoneMs: TOMBSTONE_MS,
    goneMax,
    collections,
    counters,
    log,
  });
  const count = (name: 'renewed' | 'reinstated' | 'refused') => counters.get(`simulation.leases_${name}`);
  /** As matchmaking does before it asks for the match. */
  const placed = (id: string, epoch: number) =>
    direct.hset(matchKey(id), { simulation_id: 'simulation-1', epoch, deadline: 1, state: 'running' });
  const record = (id: string) => direct.hgetall(matchKey(id));
  return { world, lease, redis, direct, relay, count, placed, record };
}

suite('match leases', () => {
  test('are renewed under their epoch, by the clock of Redis', async (context) => {
    const { world, lease, direct, count, placed, record } = await leased(context);
    await placed('m-1', 1);
    world.match(1, 'm-1');
    await lease.renew();
    const [seconds, microseconds] = await direct.time();
    const nowMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    const { deadline, ...rest } = await record('m-1');
    assert.deepEqual(rest, {
      simulation_id: 'simulation-1',
      trunk_address: '127.0.0.1:2',
      control_address: '127.0.0.1:1',
      epoch: '1',
      state: 'running',
    });
    assert.ok(Number(deadline) > nowMs && Number(deadline) <= nowMs + LEASE_MS);
    const ttlMs = await direct.pttl(matchKey('m-1'));
    assert.ok(ttlMs > LEASE_MS && ttlMs <= LEASE_MS + 300_000);
    assert.equal(count('renewed'), 1);
  });

  test('take turns when they are many, and each has its own in a round', async (context) => {
    const { world, lease, count } = await leased(context, { matchesMax: 160, renewMs: 300 });
    for (let number = 1; number <= 160; number++) world.match(1, `m-${number}`);
    const stop = new AbortController();
    const done = lease.run(stop.signal);
    const seen = new Set<number>();
    while (count('reinstated') < 160) {
      seen.add(count('reinstated'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop.abort();
    await done;
    assert.deepEqual([...seen], [0, 64, 128]);
  });

  test('are not renewed once their match is over, although it had yet to take its turn', async (context) => {
    const { world, lease, count, record } = await leased(context, { matchesMax: 80, renewMs: 300 });
    for (let number = 1; number <= 80; number++) world.match(1, `m-${number}`);
    const stop = new AbortController();
    const done = lease.run(stop.signal);
    while (count('reinstated') === 0) await new Promise((resolve) => setImmediate(resolve));
    const last = world.matches.get('m-80')!;
    world.matches.end(last, Closed_Reason.REASON_MATCH_FAILED);
    while (count('reinstated') < 79) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await done;
    assert.equal(count('reinstated'), 79);
    assert.deepEqual(await record('m-80'), {});
  });

  test('carry more in a trip when trips take long, so that the round ends in time', () => {
    assert.deepEqual(renewedBy(0, 400, 700), { count: 64, untilMs: 100 });
    assert.deepEqual(renewedBy(100, 400, 700), { count: 128, untilMs: 200 });
    assert.deepEqual(renewedBy(550, 400, 700), { count: 384, untilMs: 600 });
    assert.deepEqual(renewedBy(650, 400, 700), { count: 400, untilMs: 700 });
    assert.deepEqual(renewedBy(5_000, 400, 700), { count: 400, untilMs: 700 });
    assert.deepEqual(renewedBy(0, 0, 700), { count: 0, untilMs: 700 });
  });

  test('are renewed again and again until the process stops', async (context) => {
    const { world, lease, count } = await leased(context);
    world.match(1, 'm-1');
    const stop = new AbortController();
    const done = lease.run(stop.signal);
    await world.settle(() => count('renewed') > 3);
    stop.abort();
    await done;
  });

  test('that are missing were lost, and are written again', async (context) => {
    const { world, lease, direct, count, record } = await leased(context);
    world.match(1, 'm-1');
    await lease.renew();
    await direct.flushdb();
    await lease.renew();
    assert.equal((await record('m-1')).state, 'running');
    assert.equal(count('reinstated'), 2);
    assert.equal(world.matches.size, 1);
  });

  test('are renewed although the key of another match holds something else', async (context) => {
    const { world, lease, direct, count, record } = await leased(context);
    await direct.set(matchKey('m-2'), 'no record');
    for (const id of ['m-1', 'm-2', 'm-3']) world.match(1, id);
    await lease.renew();
    assert.equal(count('reinstated'), 2);
    assert.equal((await record('m-3')).epoch, '1');
    assert.equal(world.counters.get('simulation.lease_failures'), 1);
    assert.ok(world.matches.get('m-2')?.isLive);
  });

  test('of a match that another process owns are refused, and the match is dropped', async (context) => {
    const { world, lease, count, placed, record } = await leased(context);
    await placed('m-1', 2);
    const match = world.match(1, 'm-1');
    world.match(1, 'm-2');
    const seated = await world.attach(world.edge('edge-1'), 1, match.id, 1);
    await lease.renew();
    assert.equal(world.matches.get('m-1'), undefined);
    assert.equal(world.matches.size, 1);
    await world.settle(() => seated.closed !== undefined);
    assert.equal(seated.closed, Closed_Reason.REASON_MATCH_UNKNOWN);
    assert.equal(count('refused'), 1);
    lease.gone(match);
    await lease.renew();
    assert.deepEqual(await record('m-1'), {
      simulation_id: 'simulation-1',
      epoch: '2',
      deadline: '1',
      state: 'running',
    });
  });

  test('of a match that is over leave a tombstone, which refuses', async (context) => {
    const { world, lease, direct, record } = await leased(context);
    const match = world.match(1, 'm-1');
    await lease.renew();
    world.matches.end(match, Closed_Reason.REASON_MATCH_ENDED);
    lease.gone(match);
    await lease.renew();
    assert.deepEqual(await record('m-1'), { epoch: '1', state: 'finished' });
    const ttlMs = await direct.pttl(matchKey('m-1'));
    assert.ok(ttlMs > 0 && ttlMs <= TOMBSTONE_MS);
    assert.equal(world.size('simulation.matches_gone'), 0);
    world.match(1, 'm-1');
    await lease.renew();
    assert.equal(world.matches.size, 0);
    assert.equal((await record('m-1')).state, 'finished');
  });

  test('of a match that is lost are given up at once, by their owner only', async (context) => {
    const { world, lease, placed, record } = await leased(context);
    const [failed, stopped, stolen] = ['m-1', 'm-2', 'm-3'].map((id) => world.match(1, id));
    await lease.renew();
    await placed('m-3', 7);
    (failed!.world as { layout: unknown }).layout = undefined;
    world.pass();
    assert.equal(failed?.state.kind, 'failed');
    for (const match of [stopped!, stolen!]) world.matches.end(match, Closed_Reason.REASON_MATCH_FAILED);
    for (const match of [failed!, stopped!, stolen!]) lease.gone(match);
    await lease.renew();
    assert.deepEqual(await record('m-1'), {});
    assert.deepEqual(await record('m-2'), {});
    assert.equal((await record('m-3')).epoch, '7');
  });

  test('do not matter to the matches while Redis is away; what was over is written down later', async (context) => {
    const { world, lease, redis, relay, record } = await leased(context);
    const over = world.match(1, 'm-1');
    world.match(1, 'm-2');
    await relay.cut();
    await world.settle(() => redis.status !== 'ready');
    world.matches.end(over, Closed_Reason.REASON_MATCH_ENDED);
    lease.gone(over);
    await lease.renew();
    assert.equal(world.counters.get('simulation.lease_failures'), 1);
    assert.equal(world.matches.size, 1);
    await relay.restore();
    await redisReady(redis, context.signal);
    await lease.renew();
    assert.deepEqual(await record('m-1'), { epoch: '1', state: 'finished' });
    assert.equal((await record('m-2')).state, 'running');
  });

  test('remember a bounded number of matches that are over', async (context) => {
    const { world, lease, redis, relay } = await leased(context, { goneMax: 2 });
    await relay.cut();
    await world.settle(() => redis.status !== 'ready');
    for (const id of ['m-1', 'm-2', 'm-3']) lease.gone(world.match(1, id)); // and the third's lease runs out
    assert.equal(world.size('simulation.matches_gone'), 2);
  });
});

const urls = {
  'on a cluster': async () => (await processes.cluster()).url,
  'behind sentinel': async () => (await processes.sentinel()).url,
};

for (const [where, open] of Object.entries(urls)) {
  test(`match leases are renewed, written again and given up ${where}`, async (context) => {
    const { world, lease, direct, count, placed, record } = await leased(context, { url: await open() });
    // Each in a slot of its own.
    const ids = Array.from({ length: 8 }, (_, nth) => `m-${nth}`);
    for (const id of ids) await placed(id, 1);
    const matches = ids.map((id) => world.match(1, id));
    await lease.renew();
    assert.equal(count('renewed'), ids.length);
    for (const id of ids) await direct.del(matchKey(id));
    await lease.renew();
    assert.equal(count('reinstated'), ids.length);
    for (const [nth, match] of matches.entries()) {
      world.matches.end(match, nth % 2 ? Closed_Reason.REASON_MATCH_ENDED : Closed_Reason.REASON_MATCH_FAILED);
      lease.gone(match);
    }
    await lease.renew();
    const states = await Promise.all(ids.map(async (id) => (await record(id)).state));
    assert.deepEqual(
      states,
      matches.map(({ hasEnded }) => (hasEnded ? 'finished' : undefined)),
    );
    assert.deepEqual(new Set(states), new Set(['finished', undefined]));
  });
}
