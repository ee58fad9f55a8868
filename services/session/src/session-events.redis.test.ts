import assert from 'node:assert/strict';
import { after, beforeEach, suite, type TestContext, test } from 'node:test';
import { SessionEvent_Kind as Kind, type SessionEvent } from '@clew/protocol/clew/session/v1/session.ts';
import { Collections } from '@clew/service-kit/collections';
import { createLog } from '@clew/service-kit/log';
import { connectRedis, redisReady } from '@clew/service-kit/redis';
import { RedisRelay } from '@clew/service-kit/testing/test-redis';
import { decodeCursor } from './event-cursor.ts';
import { EventStreams } from './event-streams.ts';
import { eventsKey, shardOf } from './keys.ts';
import { createCounters } from './session-counters.ts';
import { SessionEvents } from './session-events.ts';
import { SessionStore } from './session-store.ts';
import { anyPlayer, law, SessionRedis } from './testing/session-redis.ts';

const log = createLog({ name: 'test', level: 'silent', format: 'json' });

const session = await SessionRedis.open(10);
after(() => session[Symbol.asyncDispose]());
beforeEach(() => session.clear());

/** Counts round trips. */
class CountedStreams extends EventStreams {
  reads = 0;

  override after(...positions: Parameters<EventStreams['after']>) {
    this.reads += 1;
    return super.after(...positions);
  }
}

/** One instance's events; what it told is ended with the test. */
function instance(
  context: TestContext,
  options: { watchersMax?: number; eventsMax?: number; redis?: typeof session.redis } = {},
) {
  const collections = new Collections();
  const counters = createCounters();
  const streams = new CountedStreams(options.redis ?? session.redis, 50);
  const events = new SessionEvents({
    streams,
    collections,
    counters,
    log,
    pollMs: 5,
    watchersMax: options.watchersMax ?? 10,
    watcherEventsMax: options.eventsMax ?? 1_000,
  });
  context.after(() => events.stop());
  const size = (name: string) => collections.report().find((report) => report.name === name)!.size;
  return { events, streams, counters, size };
}

/** A watcher that can be asked for the next events. */
async function watch(context: TestContext, events: SessionEvents, cursor?: string) {
  const gone = new AbortController();
  context.after(() => gone.abort());
  const stream = events.watch(cursor === undefined ? undefined : decodeCursor(cursor), gone.signal);
  const first = await stream.next();
  assert.deepEqual(first.value.events, []);
  let last = first.value.cursor as string;
  const seen: SessionEvent[] = [];
  return {
    gone,
    stream,
    seen,
    cursor: () => last,
    /** Reads on until it saw so many. */
    async until(count: number) {
      while (seen.length < count) {
        const { value, done } = await stream.next();
        assert.ok(!done);
        seen.push(...value.events);
        last = value.cursor;
      }
      return seen.map(({ playerId, kind }) => ({ playerId, kind }));
    },
  };
}

const create = (player: string) => session.store.create(player, 'Ariadne', false, '');
const created = (playerId: string) => ({ playerId, kind: Kind.KIND_CREATED });
const byPlayer = (events: { playerId: string }[]) =>
  events.toSorted((left, right) => left.playerId.localeCompare(right.playerId));

/** Waits for a condition that comes about by itself. */
async function eventually(condition: () => boolean) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

suite('watching sessions', () => {
  test('tells what happens from now on, with epoch and match', async (context) => {
    const { events } = instance(context);
    const [earlier, player] = [anyPlayer(), anyPlayer()];
    await create(earlier);
    const watcher = await watch(context, events);
    const outcome = await create(player);
    assert.ok('taken' in outcome);
    await session.store.assignMatch(player, 'm-1', '');
    await session.store.end(outcome.taken.session);
    await watcher.until(2);
    assert.deepEqual(watcher.seen[0], {
      playerId: player,
      epoch: outcome.taken.session.epoch,
      kind: Kind.KIND_CREATED,
      matchId: '',
      reason: '',
    });
    assert.deepEqual(
      { ...watcher.seen[1], epoch: 0 },
      { playerId: player, epoch: 0, kind: Kind.KIND_ENDED, matchId: 'm-1', reason: '' },
    );
    assert.ok(watcher.seen[1]!.epoch > outcome.taken.session.epoch);
  });

  test('goes on from a cursor at another instance: nothing missed, nothing twice', async (context) => {
    const players = Array.from({ length: 400 }, anyPlayer);
    const first = await watch(context, instance(context).events);
    for (const player of players.slice(0, 30)) await create(player);
    await first.until(30);
    first.gone.abort();
    // More than a page in one shard, while nobody watches and while the second watcher reads on.
    const [crowd, late] = [players.slice(30, 300), players.slice(300)].map((group) =>
      group.map((player) => `07${player.slice(2)}`),
    ) as [string[], string[]];
    for (const player of crowd) await create(player);
    const second = await watch(context, instance(context).events, first.cursor());
    const arriving = Promise.all(late.map(create));
    await second.until(370);
    await arriving;
    const last = anyPlayer();
    await create(last);
    await second.until(371);
    assert.deepEqual(
      byPlayer([...first.seen, ...second.seen].map(({ playerId, kind }) => ({ playerId, kind }))),
      byPlayer([...players.slice(0, 30), ...crowd, ...late, last].map(created)),
    );
  });

  test('tells a player’s events in the order in which they happened', async (context) => {
    const watcher = await watch(context, instance(context).events);
    const players = Array.from({ length: 20 }, anyPlayer);
    await Promise.all(
      players.map(async (player) => {
        const outcome = await create(player);
        assert.ok('taken' in outcome);
        await create(player);
        await session.store.create(player, 'Ariadne', true, '');
      }),
    );
    await watcher.until(60);
    for (const player of players) {
      const own = watcher.seen.filter(({ playerId }) => playerId === player);
      assert.deepEqual(
        own.map(({ kind }) => kind),
        [Kind.KIND_CREATED, Kind.KIND_RESUMED, Kind.KIND_RESUMED],
      );
      assert.deepEqual(
        own.map(({ epoch }) => epoch),
        own.map(({ epoch }) => epoch).toSorted((a, b) => a - b),
      );
    }
  });

  test('shares one feed among all watchers, and reads nothing while nobody watches', async (context) => {
    const { events, streams, counters, size } = instance(context);
    const watchers = await Promise.all(Array.from({ length: 8 }, () => watch(context, events)));
    const player = anyPlayer();
    await create(player);
    for (const watcher of watchers) assert.deepEqual(await watcher.until(1), [created(player)]);
    assert.equal(counters.get('session.eventsRead'), 1);
    assert.equal(size('session.watchers'), 8);
    for (const watcher of watchers) {
      watcher.gone.abort();
      await assert.rejects(watcher.stream.next(), { name: 'AbortError' });
    }
    assert.equal(size('session.watchers'), 0);
    // While another instance reads on, this one ends the read that is under way, and reads no more.
    const other = instance(context);
    await watch(context, other.events);
    const reads = streams.reads;
    await eventually(() => other.streams.reads > 10);
    assert.ok(streams.reads <= reads + 1);
  });

  test('starts again after the last watcher was gone', async (context) => {
    const { events } = instance(context);
    const first = await watch(context, events);
    first.gone.abort();
    await assert.rejects(first.stream.next());
    const second = await watch(context, events);
    const player = anyPlayer();
    await create(player);
    assert.deepEqual(await second.until(1), [created(player)]);
  });

  test('cuts a watcher that does not keep up, lets go of what waited, and lets it go on from its cursor', async (context) => {
    const { events, counters, size } = instance(context, { eventsMax: 20 });
    const slow = await watch(context, events);
    const quick = await watch(context, events);
    const players = Array.from({ length: 25 }, anyPlayer);
    for (const [index, player] of players.entries()) {
      await create(player);
      await quick.until(index + 1);
    }
    await eventually(() => counters.get('session.watchersCut') === 1);
    assert.equal(size('session.watcher_events'), 0);
    await assert.rejects(slow.stream.next(), { reason: 'WATCHER_TOO_SLOW' });
    assert.equal(size('session.watchers'), 1);
    const again = await watch(context, events, slow.cursor());
    assert.deepEqual(byPlayer(await again.until(25)), byPlayer(players.map(created)));
  });

  test('refuses more watchers than its bound, and takes one again when one is gone', async (context) => {
    const { events } = instance(context, { watchersMax: 1 });
    const first = await watch(context, events);
    await assert.rejects(watch(context, events), { reason: 'WATCHERS_FULL' });
    first.gone.abort();
    await assert.rejects(first.stream.next());
    await watch(context, events);
  });

  test('sends watchers elsewhere when the instance stops', async (context) => {
    const { events, size } = instance(context);
    const watcher = await watch(context, events);
    const stalled = await watch(context, events);
    const next = watcher.stream.next();
    events.stop();
    await assert.rejects(next, { reason: 'STOPPING' });
    assert.equal(size('session.watchers'), 1);
    await assert.rejects(stalled.stream.next(), { reason: 'STOPPING' });
    assert.equal(size('session.watchers'), 0);
    await assert.rejects(watch(context, events), { reason: 'STOPPING' });
  });
});

suite('while Redis is away', () => {
  test('watchers wait, and miss nothing when it is back', async (context) => {
    await using relay = await RedisRelay.open(session.url);
    const redis = connectRedis(relay.url, log);
    context.after(() => redis.disconnect());
    await redisReady(redis, context.signal);
    const { events, streams } = instance(context, { redis });
    const watcher = await watch(context, events);
    await relay.cut();
    const player = anyPlayer();
    await create(player);
    const reads = streams.reads;
    await eventually(() => streams.reads > reads + 2);
    await relay.restore();
    assert.deepEqual(await watcher.until(1), [created(player)]);
  });

  test('a new watcher is told so, and can come again', async (context) => {
    await using relay = await RedisRelay.open(session.url);
    const redis = connectRedis(relay.url, log);
    context.after(() => redis.disconnect());
    await redisReady(redis, context.signal);
    const { events, size } = instance(context, { redis });
    await relay.cut();
    await assert.rejects(watch(context, events), { reason: 'REDIS_AWAY' });
    assert.equal(size('session.watchers'), 0);
    await relay.restore();
    await redisReady(redis, context.signal);
    const watcher = await watch(context, events);
    const player = anyPlayer();
    await create(player);
    assert.deepEqual(await watcher.until(1), [created(player)]);
  });
});

suite('the event streams', () => {
  test('are capped, and gone when nothing happens for ten minutes', async () => {
    const capped = new SessionStore(session.redis, { ...law, sweepPauseMsMax: 1e9, eventsMax: 100 });
    const shard = '05';
    for (let index = 0; index < 500; index += 1)
      await capped.create(shard + anyPlayer().slice(2), 'Ariadne', false, '');
    // Redis trims whole nodes of 100 entries.
    assert.ok((await session.redis.xlen('clew:{s5}:events')) <= 200);
    const ttl = await session.redis.pttl('clew:{s5}:events');
    assert.ok(ttl > 590_000 && ttl <= 600_000);
  });

  test('that begin with the end of a lease go, too', async () => {
    const player = anyPlayer();
    await session.store.create(player, 'Ariadne', false, '');
    await session.redis.del(eventsKey(shardOf(player)));
    await session.elapse(player);
    assert.equal((await session.store.sweep(100)).expired, 1);
    assert.deepEqual(await session.kinds(player), ['EXPIRED']);
    assert.ok((await session.redis.pttl(eventsKey(shardOf(player)))) > 0);
  });
});
