import assert from 'node:assert/strict';
import { after, suite, type TestContext, test } from 'node:test';
import { RenewOutcome } from '@clew/protocol/clew/session/v1/session.ts';
import { createLog } from '@clew/service-kit/log';
import { connectRedis, redisReady } from '@clew/service-kit/redis';
import { ServiceError } from '@clew/service-kit/service-error';
import { type RedisNodeProcess, RedisProcesses } from '@clew/service-kit/testing/redis-processes';
import { RedisRelay } from '@clew/service-kit/testing/test-redis';
import { type LostRecord, SessionStore } from './session-store.ts';
import { anyPlayer, law, shown } from './testing/session-redis.ts';

/** What servers of one's own can be made to do: refuse, be slow, restart, fail over. */
const processes = await RedisProcesses.open();
after(() => processes[Symbol.asyncDispose]());

const { RENEW_OUTCOME_RENEWED: RENEWED, RENEW_OUTCOME_MISSING: MISSING } = RenewOutcome;
const LEASE_MS = 1_000;

async function storeAt(context: TestContext, url: string): Promise<SessionStore> {
  const log = createLog({ name: 'test', level: 'silent', format: 'json' });
  const redis = connectRedis(url, log, { commandTimeoutMs: 20_000, socketTimeoutMs: 60_000 });
  context.after(() => redis.disconnect());
  await redisReady(redis, context.signal);
  return new SessionStore(redis, { ...law, leaseMs: LEASE_MS, sweepPauseMsMax: 2_000 });
}

/** Signs in and opens a stream; all that its edge knows. */
async function attached(store: SessionStore, player = anyPlayer()): Promise<LostRecord & { token: string }> {
  const created = await store.create(player, 'Ariadne', true, '');
  assert.ok('taken' in created);
  const { token } = created.taken;
  const { epoch, createTime } = (await store.attach(shown(token), 'edge-1'))!;
  const createMs = createTime!.getTime();
  return {
    playerId: player,
    epoch,
    displayName: 'Ariadne',
    matchId: '',
    createMs,
    tokenHash: shown(token).hash,
    token,
  };
}

/** How it was refused. */
async function refused(act: Promise<unknown>): Promise<string> {
  return act.then(
    () => 'it was not',
    (error: unknown) => ServiceError.from(error).reason,
  );
}

/** Tries until Redis does it. */
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

suite('a Redis that refuses', () => {
  test('for lack of memory: nobody comes in, whoever is here stays and may leave', async (context) => {
    const server = await processes.server();
    const store = await storeAt(context, server.url);
    const [stream, other] = [await attached(store), await attached(store)];
    await server.client.config('SET', 'maxmemory', '1');
    assert.equal(await refused(store.create(anyPlayer(), 'Minos', false, '')), 'REDIS_AWAY');
    assert.deepEqual((await store.renew([stream, other])).outcomes, [RENEWED, RENEWED]);
    assert.equal(await store.detach(stream), true);
    assert.equal(await store.end(stream), true);
    assert.equal(await store.kick(other, 'cheating', ''), true);
    await store.sweep(100);
    await server.client.config('SET', 'maxmemory', '0');
    assert.equal((await store.create(anyPlayer(), 'Minos', false, '')).kind, 'created');
  });

  test('as a replica does: all of it is REDIS_AWAY until it takes writes again', async (context) => {
    const server = await processes.server();
    const store = await storeAt(context, server.url);
    const stream = await attached(store);
    await server.client.replicaof('127.0.0.1', 1);
    assert.equal(await refused(store.create(anyPlayer(), 'Minos', false, '')), 'REDIS_AWAY');
    assert.equal(await refused(store.renew([stream])), 'REDIS_AWAY');
    assert.equal(await refused(store.sweep(100)), 'REDIS_AWAY');
    await server.client.replicaof('NO', 'ONE');
    assert.deepEqual((await store.renew([stream])).outcomes, [RENEWED]);
  });

  test('by being slow does all of it in the end', async (context) => {
    const server = await processes.server();
    await using relay = await RedisRelay.open(server.url);
    const store = await storeAt(context, relay.url);
    relay.slow(500);
    const streams = await Promise.all(Array.from({ length: 20 }, () => attached(store)));
    const { outcomes } = await store.renew(streams);
    assert.ok(outcomes.every((outcome) => outcome === RENEWED));
    relay.slow(0);
  });
});

suite('a Redis that comes back', () => {
  const elapsed = () => new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS));

  /** Sweeps until the signal; tells how many leases each sweep ended. */
  const sweepAll = async (store: SessionStore, signal: AbortSignal, tell: (expired: number) => void) => {
    while (!signal.aborted) {
      tell((await again(() => store.sweep(100))).expired);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  const restart = async (server: RedisNodeProcess) => {
    await server.stop();
    await elapsed();
    await server.start();
  };

  test('with its data, after longer than a lease: nothing runs out for one lease, then what nobody renewed does, once', async (context) => {
    const server = await processes.server({ appendfsync: 'always' });
    const store = await storeAt(context, server.url);
    const [kept, left] = [await attached(store), await attached(store)];
    await store.sweep(100);
    await restart(server);
    // Nobody swept yet: that alone holds everything off.
    assert.deepEqual((await again(() => store.renew([kept, left]))).outcomes, [RENEWED, RENEWED]);
    assert.deepEqual((await again(() => store.sweep(100))).expired, 0);
    const stop = new AbortController();
    let expired = 0;
    const tell = (more: number) => {
      expired += more;
    };
    const sweeps = [sweepAll(store, stop.signal, tell), sweepAll(store, stop.signal, tell)];
    while (expired < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    await Promise.all(sweeps);
    assert.deepEqual(await store.get([kept.playerId, left.playerId]), []);
    tell((await store.sweep(100)).expired);
    assert.equal(expired, 2);
  });

  test('empty: a record is missing, not refused; written again it stands, and epochs go on growing', async (context) => {
    const server = await processes.server();
    const store = await storeAt(context, server.url);
    const stream = await attached(store);
    await server.client.flushall();
    assert.deepEqual((await store.renew([stream])).outcomes, [MISSING]);
    assert.deepEqual((await store.reinstate('edge-1', [stream])).outcomes, [RENEWED]);
    const later = await store.attach(shown(stream.token), 'edge-2');
    assert.ok(later!.epoch > stream.epoch);
  });

  test('as another server that never heard of the last stream: it is written again, above what was lost', async (context) => {
    const { url, master, replica } = await processes.sentinel();
    const store = await storeAt(context, url);
    const before = await attached(store);
    while ((await replica.client.dbsize()) < (await master.client.dbsize()))
      await new Promise((resolve) => setTimeout(resolve, 25));
    // The replica follows nobody for a moment: what the master takes now is lost with it.
    await replica.client.replicaof('127.0.0.1', 1);
    const lost = (await store.attach(shown(before.token), 'edge-2'))!;
    await master.kill();
    const stream = { ...before, epoch: lost.epoch };
    assert.deepEqual((await again(() => store.renew([stream]))).outcomes, [MISSING]);
    assert.deepEqual((await again(() => store.reinstate('edge-2', [stream]))).outcomes, [RENEWED]);
    assert.deepEqual((await again(() => store.renew([before]))).outcomes, [RenewOutcome.RENEW_OUTCOME_REPLACED]);
  });
});
