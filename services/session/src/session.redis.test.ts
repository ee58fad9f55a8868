import assert from 'node:assert/strict';
import { after, beforeEach, suite, type TestContext, test } from 'node:test';
import {
  SessionEvent_Kind as Kind,
  RenewOutcome,
  type SessionServiceClient,
  SessionServiceDefinition,
  Session_State as State,
  type WatchSessionsResponse,
} from '@clew/protocol/clew/session/v1/session.ts';
import { parseConfig, serviceFields } from '@clew/service-kit/config';
import { callChannel, controlClients } from '@clew/service-kit/control-client';
import { createLog } from '@clew/service-kit/log';
import { RedisRelay } from '@clew/service-kit/testing/test-redis';
import { Status } from 'nice-grpc-common';
import { BadRequest, ErrorInfo, RetryInfo, RichClientError } from 'nice-grpc-error-details';
import { sessionFields } from './config.ts';
import { startSession } from './session.ts';
import { anyPlayer, SessionRedis, shown } from './testing/session-redis.ts';

const log = createLog({ name: 'test', level: 'silent', format: 'json' });

const redis = await SessionRedis.open(11);
after(() => redis[Symbol.asyncDispose]());
beforeEach(() => redis.clear());

/** An instance of the real service, and a client of it. */
async function instance(context: TestContext, settings: Record<string, string> = {}) {
  const env = { CLEW_REDIS_URL: redis.url, CLEW_SESSION_EVENTS_POLL_MS: '5', ...settings };
  const config = parseConfig({ ...serviceFields, ...sessionFields }, env);
  const running = await startSession(config, log, context.signal);
  const channel = callChannel([`127.0.0.1:${running.grpcPort}`]);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= running[Symbol.asyncDispose]() as Promise<void>;
    return stopped;
  };
  context.after(async () => {
    channel.close();
    await stop();
  });
  const client: SessionServiceClient = controlClients.create(SessionServiceDefinition, channel);
  const status = async () => {
    const response = await fetch(`http://127.0.0.1:${running.opsPort}/statusz`);
    return (await response.json()) as {
      counters: Record<string, number>;
      collections: { name: string; size: number }[];
    };
  };
  const instance = { client, running, status, stop };
  // Its connection to Redis is made while it listens already.
  await eventually(
    async () => (await status()).counters['session.sweeps']! > 0 || settings.CLEW_REDIS_URL !== undefined,
  );
  return instance;
}

/** Waits for a condition that comes about by itself. */
async function eventually(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** How a call was refused. */
async function refusal(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof RichClientError, String(error));
    const info = error.extra.find((detail) => detail.$type === ErrorInfo.$type);
    const fields = error.extra.find((detail) => detail.$type === BadRequest.$type)?.fieldViolations;
    const retry = error.extra.find((detail) => detail.$type === RetryInfo.$type)?.retryDelay;
    return {
      status: Status[error.code],
      reason: info?.reason,
      ...(fields && { field: fields[0]?.field }),
      ...(retry && { retryMs: Number(retry.seconds) * 1_000 + retry.nanos / 1e6 }),
    };
  }
  assert.fail('was not refused');
}

/** Reads a watch until an event satisfies. */
async function awaitEvent(
  stream: AsyncIterable<WatchSessionsResponse>,
  wanted: (event: WatchSessionsResponse['events'][number]) => boolean,
) {
  for await (const { events } of stream) {
    const found = events.find(wanted);
    if (found) return found;
  }
  assert.fail('the watch ended');
}

/** What an iterator that was begun has still to tell. */
const remaining = <Item>(iterator: AsyncIterator<Item>): AsyncIterable<Item> => ({
  [Symbol.asyncIterator]: () => iterator,
});

const EDGE = 'edge-1';

suite('the session service', () => {
  test('carries a player from sign-in to leave', async (context) => {
    const { client, status } = await instance(context);
    const playerId = anyPlayer();
    const created = await client.createSession({ playerId, displayName: ' Ariadne ', requestId: 'r-1', edgeId: EDGE });
    assert.equal(created.session?.displayName, 'Ariadne');
    assert.equal(created.resumed, false);
    assert.deepEqual(created.lease, { seconds: 30, nanos: 0 });
    assert.ok(created.session!.expireTime! > created.session!.createTime!);

    const attached = await client.attachSession({ token: created.token, edgeId: EDGE });
    assert.equal(attached.session?.state, State.STATE_ATTACHED);
    const ref = { playerId, epoch: attached.session!.epoch };
    const stranger = { playerId: anyPlayer(), epoch: 1 };
    assert.deepEqual((await client.renewSessions({ edgeId: EDGE, sessions: [ref, stranger] })).outcomes, [
      RenewOutcome.RENEW_OUTCOME_RENEWED,
      RenewOutcome.RENEW_OUTCOME_MISSING,
    ]);

    assert.equal((await client.assignMatch({ playerId, matchId: 'm-1' })).assigned, true);
    assert.equal((await client.authenticateSession({ token: created.token })).session?.matchId, 'm-1');
    assert.equal((await client.detachSession({ session: ref })).detached, true);

    const resumed = await client.resumeSession({ token: created.token, requestId: 'r-2', edgeId: 'edge-2' });
    assert.equal(resumed.session?.matchId, 'm-1');
    const [found] = (await client.batchGetSessions({ playerIds: [playerId, anyPlayer()] })).sessions;
    assert.deepEqual(found, resumed.session);

    assert.equal((await client.endSession({ session: { playerId, epoch: resumed.session!.epoch } })).ended, true);
    assert.equal((await client.endSession({ session: { playerId, epoch: resumed.session!.epoch } })).ended, false);
    assert.deepEqual((await client.batchGetSessions({ playerIds: [playerId] })).sessions, []);
    const { counters } = await status();
    for (const name of ['created', 'attached', 'renewed', 'renewalsRefused', 'detached', 'resumed', 'ended']) {
      assert.equal(counters[`session.${name}`], 1, name);
    }
  });

  test('kicks a player for an operator, once, and tells watchers why', async (context) => {
    const { client, status } = await instance(context);
    const watching = client.watchSessions({})[Symbol.asyncIterator]();
    await watching.next();
    const playerId = anyPlayer();
    await client.createSession({ playerId, displayName: 'Ariadne', edgeId: EDGE });
    const request = { playerId, reason: ' throws torches ', requestId: 'r-1' };
    assert.deepEqual(await client.kickSession(request), { kicked: true });
    assert.deepEqual(await client.kickSession(request), { kicked: true });
    assert.deepEqual(await client.kickSession({ ...request, requestId: 'r-2' }), { kicked: false });
    const event = await awaitEvent(remaining(watching), ({ kind }) => kind === Kind.KIND_KICKED);
    assert.deepEqual([event.playerId, event.reason], [playerId, 'throws torches']);
    assert.equal((await redis.record(playerId)).r, 'throws torches');
    assert.equal((await status()).counters['session.kicked'], 2);
    assert.deepEqual(await refusal(client.kickSession({ ...request, reason: '' })), {
      ...{ status: 'INVALID_ARGUMENT', reason: 'INVALID_ARGUMENT', field: 'reason' },
    });
  });

  test('lists sessions page by page, and each of them by its player', async (context) => {
    const { client } = await instance(context);
    const players = Array.from({ length: 5 }, anyPlayer);
    for (const playerId of players) await client.createSession({ playerId, displayName: 'Ariadne', edgeId: EDGE });
    const found: string[] = [];
    let pageToken = '';
    do {
      const page = await client.listSessions({ pageSize: 2, pageToken, state: State.STATE_DETACHED });
      assert.ok(page.sessions.length <= 2);
      found.push(...page.sessions.map(({ playerId }) => playerId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    assert.deepEqual(found.sort(), players.sort());
    const { sessions } = await client.listSessions({ ageMin: { seconds: 3_600 } });
    assert.deepEqual(sessions, []);

    const { session } = await client.getSession({ playerId: players[0]! });
    assert.equal(session?.displayName, 'Ariadne');
    const nobody = { status: 'NOT_FOUND', reason: 'SESSION_UNKNOWN' };
    assert.deepEqual(await refusal(client.getSession({ playerId: anyPlayer() })), nobody);
  });

  test('answers a repeated request the same at another instance', async (context) => {
    const [one, other] = [await instance(context), await instance(context)];
    const request = { playerId: anyPlayer(), displayName: 'Ariadne', requestId: 'r-1', edgeId: EDGE };
    const created = await one.client.createSession(request);
    assert.deepEqual(await other.client.createSession(request), created);
    const resumed = await one.client.resumeSession({ token: created.token, requestId: 'r-2' });
    assert.deepEqual(await other.client.resumeSession({ token: created.token, requestId: 'r-2' }), resumed);
  });

  test('reinstates what Redis lost, from what the edge knows', async (context) => {
    const { client, status } = await instance(context);
    const playerId = anyPlayer();
    const { token } = await client.createSession({ playerId, displayName: 'Ariadne' });
    const { session } = await client.attachSession({ token, edgeId: EDGE });
    await redis.clear();
    const record = { session: session!, tokenHash: shown(token).hash };
    assert.deepEqual((await client.reinstateSessions({ edgeId: EDGE, records: [record] })).outcomes, [1]);
    assert.equal((await client.authenticateSession({ token })).session?.epoch, session?.epoch);
    assert.equal((await status()).counters['session.reinstated'], 1);
  });

  test('reinstates a thousand sessions in one request, with the longest names', async (context) => {
    const { client } = await instance(context);
    const session = { displayName: '\u{1f600}'.repeat(24), edgeId: 'e'.repeat(64), matchId: 'm'.repeat(64) };
    const records = Array.from({ length: 1_000 }, () => ({
      session: { ...session, playerId: anyPlayer(), epoch: Date.now(), createTime: new Date(), expireTime: new Date() },
      tokenHash: Buffer.alloc(32, 1),
    }));
    const { outcomes } = await client.reinstateSessions({ edgeId: EDGE, records });
    assert.deepEqual(new Set(outcomes), new Set([RenewOutcome.RENEW_OUTCOME_RENEWED]));
    assert.equal(outcomes.length, 1_000);
    const playerIds = records.map((record) => record.session.playerId);
    assert.equal((await client.batchGetSessions({ playerIds })).sessions.length, 1_000);
  });

  test('lets leases run out, and tells each once although two instances sweep', async (context) => {
    const settings = { CLEW_SESSION_LEASE_MS: '300', CLEW_SESSION_SWEEP_MS: '10' };
    const [one, other] = [await instance(context, settings), await instance(context, settings)];
    const players = Array.from({ length: 20 }, anyPlayer);
    const expired: string[] = [];
    for await (const { events } of one.client.watchSessions({})) {
      if (events.length === 0) {
        for (const playerId of players) await other.client.createSession({ playerId, displayName: 'Ariadne' });
      }
      expired.push(...events.filter(({ kind }) => kind === Kind.KIND_EXPIRED).map(({ playerId }) => playerId));
      if (expired.length >= players.length) break;
    }
    assert.deepEqual(expired.toSorted(), players.toSorted());
    for (const playerId of players) assert.deepEqual(await redis.kinds(playerId), ['CREATED', 'EXPIRED']);
    assert.deepEqual(await redis.redis.keys('*session*'), []);
    const counted = await Promise.all([one.status(), other.status()]);
    assert.equal(
      counted.reduce((sum, { counters }) => sum + counters['session.expired']!, 0),
      players.length,
    );
  });

  test('tells watchers what happens, and when it stops, where to go on', async (context) => {
    const [one, other] = [await instance(context), await instance(context)];
    const playerId = anyPlayer();
    let cursor = '';
    const watching = (async () => {
      for await (const response of one.client.watchSessions({})) {
        if (response.events.length > 0) void one.stop();
        else await other.client.createSession({ playerId, displayName: 'Ariadne' });
        cursor = response.cursor;
      }
    })();
    const { status, reason } = await refusal(watching);
    assert.deepEqual({ status, reason }, { status: 'UNAVAILABLE', reason: 'STOPPING' });
    await other.client.createSession({ playerId, displayName: 'Ariadne', takeOver: true });
    const event = await awaitEvent(other.client.watchSessions({ cursor }), () => true);
    assert.equal(event.kind, Kind.KIND_RESUMED);
  });

  test('keeps nothing of a watcher that is gone', async (context) => {
    const { client, status } = await instance(context);
    for await (const response of client.watchSessions({})) {
      assert.deepEqual(response.events, []);
      break;
    }
    await eventually(async () => {
      const { collections } = await status();
      return collections.find(({ name }) => name === 'session.watchers')?.size === 0;
    });
    assert.equal((await status()).collections.find(({ name }) => name === 'session.watcher_events')?.size, 0);
  });
});

suite('bad input', () => {
  test('is refused by the name of its field', async (context) => {
    const { client, status } = await instance(context);
    const playerId = anyPlayer();
    const calls: [field: string, () => Promise<unknown>][] = [
      ['display_name', () => client.createSession({ playerId, displayName: '' })],
      ['display_name', () => client.createSession({ playerId, displayName: 'x'.repeat(25) })],
      ['display_name', () => client.createSession({ playerId, displayName: 'a\u0007b' })],
      ['player_id', () => client.createSession({ playerId: 'nobody', displayName: 'Ariadne' })],
      ['request_id', () => client.createSession({ playerId, displayName: 'Ariadne', requestId: 'x'.repeat(65) })],
      ['token', () => client.resumeSession({ token: 'nonsense' })],
      ['token', () => client.attachSession({ token: '', edgeId: EDGE })],
      ['edge_id', () => client.renewSessions({ sessions: [] })],
      ['sessions[0].player_id', () => client.renewSessions({ edgeId: EDGE, sessions: [{ playerId: 'x', epoch: 1 }] })],
      ['records[0].session', () => client.reinstateSessions({ edgeId: EDGE, records: [{}] })],
      ['session', () => client.detachSession({})],
      ['match_id', () => client.assignMatch({ playerId, matchId: 'no spaces' })],
      ['player_ids', () => client.batchGetSessions({ playerIds: Array(1_001).fill(playerId) })],
      ['cursor', () => awaitEvent(client.watchSessions({ cursor: 'nonsense' }), () => true)],
    ];
    for (const [field, call] of calls) {
      assert.deepEqual(await refusal(call()), { status: 'INVALID_ARGUMENT', reason: 'INVALID_ARGUMENT', field });
    }
    assert.equal((await status()).counters['session.refusedInvalid'], calls.length);
    assert.deepEqual(await redis.redis.keys('*session*'), []);
  });

  test('is no reason to stop serving: a number beyond all, a request beyond the bound', async (context) => {
    const { client } = await instance(context);
    const playerId = anyPlayer();
    await assert.rejects(client.endSession({ session: { playerId, epoch: 2 ** 60 } }));
    await assert.rejects(client.batchGetSessions({ playerIds: Array(50_000).fill(playerId) }), {
      code: Status.RESOURCE_EXHAUSTED,
    });
    assert.deepEqual(await client.batchGetSessions({ playerIds: [playerId] }), { sessions: [] });
  });

  test('of a token that proves nothing is refused as such', async (context) => {
    const { client } = await instance(context);
    const playerId = anyPlayer();
    const { session, token } = await client.createSession({ playerId, displayName: 'Ariadne' });
    await client.endSession({ session: session! });
    for (const call of [
      () => client.resumeSession({ token }),
      () => client.attachSession({ token, edgeId: EDGE }),
      () => client.authenticateSession({ token }),
    ]) {
      assert.deepEqual(await refusal(call()), { status: 'UNAUTHENTICATED', reason: 'TOKEN_UNKNOWN' });
    }
  });

  test('of a second tab is refused until it says to take over', async (context) => {
    const { client } = await instance(context);
    const request = { playerId: anyPlayer(), displayName: 'Ariadne' };
    const { token } = await client.createSession(request);
    await client.attachSession({ token, edgeId: EDGE });
    assert.deepEqual(await refusal(client.createSession(request)), {
      status: 'FAILED_PRECONDITION',
      reason: 'SESSION_ACTIVE',
    });
    assert.equal((await client.createSession({ ...request, takeOver: true })).resumed, true);
  });

  test('of a request whose answer is in use for long is refused', async (context) => {
    const { client } = await instance(context);
    const request = { playerId: anyPlayer(), displayName: 'Ariadne', requestId: 'r-1' };
    const { token } = await client.createSession(request);
    const { session } = await client.attachSession({ token, edgeId: EDGE });
    await client.renewSessions({ edgeId: EDGE, sessions: [session!] });
    assert.deepEqual(await refusal(client.createSession(request)), {
      status: 'FAILED_PRECONDITION',
      reason: 'REQUEST_SPENT',
    });
  });
});

suite('without Redis', () => {
  const away = { status: 'UNAVAILABLE', reason: 'REDIS_AWAY', retryMs: 1_000 };

  test('it starts, is ready, refuses at once, and serves when Redis comes', async (context) => {
    await using relay = await RedisRelay.open(redis.url);
    await relay.cut();
    const { client, running, status } = await instance(context, { CLEW_REDIS_URL: relay.url });
    assert.equal((await fetch(`http://127.0.0.1:${running.opsPort}/readyz`)).status, 200);
    const request = { playerId: anyPlayer(), displayName: 'Ariadne' };
    assert.deepEqual(await refusal(client.createSession(request)), away);
    assert.deepEqual(
      await refusal(client.renewSessions({ edgeId: EDGE, sessions: [{ playerId: request.playerId, epoch: 1 }] })),
      away,
    );
    assert.deepEqual(await refusal(awaitEvent(client.watchSessions({}), () => true)), away);
    await relay.restore();
    await eventually(async () => (await status()).counters['session.sweeps']! > 0);
    assert.ok((await client.createSession(request)).token);
  });

  test('nothing runs out for a lease after it was away', async (context) => {
    await using relay = await RedisRelay.open(redis.url);
    const settings = {
      CLEW_REDIS_URL: relay.url,
      CLEW_SESSION_SWEEP_MS: '5',
      CLEW_SESSION_SWEEP_PAUSE_MS_MAX: '60000',
    };
    const { client, status } = await instance(context, settings);
    await eventually(async () => (await status()).counters['session.sweeps']! > 0);
    const playerId = anyPlayer();
    await client.createSession({ playerId, displayName: 'Ariadne' });
    await relay.cut();
    await redis.elapse(playerId);
    await redis.swept((await redis.now()) - 60_001, 0);
    await relay.restore();
    await eventually(async () => (await status()).counters['session.holdOffs'] === 64);
    assert.equal((await client.batchGetSessions({ playerIds: [playerId] })).sessions.length, 1);
    await redis.swept(await redis.now(), 0);
    await eventually(async () => (await status()).counters['session.expired'] === 1);
  });

  test('sign-ins in flight are bounded; the others hear so at once', async (context) => {
    await using relay = await RedisRelay.open(redis.url);
    const { client, status } = await instance(context, { CLEW_REDIS_URL: relay.url, CLEW_SESSION_SIGN_INS_MAX: '3' });
    await eventually(async () => (await status()).counters['session.sweeps']! > 0);
    relay.freeze();
    const create = () => client.createSession({ playerId: anyPlayer(), displayName: 'Ariadne' });
    const waiting = [create(), create(), create()];
    const inFlight = async () => (await status()).collections.find(({ name }) => name === 'session.sign_ins')?.size;
    await eventually(async () => (await inFlight()) === 3);
    assert.deepEqual(await refusal(create()), {
      status: 'RESOURCE_EXHAUSTED',
      reason: 'SIGN_INS_FULL',
      retryMs: 1_000,
    });
    await relay.restore();
    await Promise.all(waiting);
    assert.equal(await inFlight(), 0);
    await create();
  });

  test('it stops', async (context) => {
    await using relay = await RedisRelay.open(redis.url);
    const { client, status, stop } = await instance(context, { CLEW_REDIS_URL: relay.url });
    await eventually(async () => (await status()).counters['session.sweeps']! > 0);
    relay.freeze();
    const call = client.createSession({ playerId: anyPlayer(), displayName: 'Ariadne' });
    const refused = assert.rejects(call, { code: Status.UNAVAILABLE });
    await eventually(async () => {
      const { collections } = await status();
      return collections.find(({ name }) => name === 'session.sign_ins')?.size === 1;
    });
    await stop();
    await refused;
  });
});

test('a start that is called off leaves nothing running', async () => {
  const config = parseConfig({ ...serviceFields, ...sessionFields }, { CLEW_REDIS_URL: redis.url });
  await assert.rejects(startSession(config, log, AbortSignal.abort(new Error('called off'))), /called off/);
  // Whatever was left would keep this process from ending.
});
