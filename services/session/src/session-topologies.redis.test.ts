import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  SessionEvent_Kind as Kind,
  RenewOutcome,
  SessionServiceDefinition,
  Session_State as State,
} from '@clew/protocol/clew/session/v1/session.ts';
import { parseConfig, serviceFields } from '@clew/service-kit/config';
import { callChannel, controlClients } from '@clew/service-kit/control-client';
import { createLog } from '@clew/service-kit/log';
import { connectRedis, redisReady } from '@clew/service-kit/redis';
import { RedisProcesses } from '@clew/service-kit/testing/redis-processes';
import { ClientError, Status } from 'nice-grpc-common';
import { sessionFields } from './config.ts';
import { scriptKeys, sessionPrefix, shardOf } from './keys.ts';
import { startSession } from './session.ts';
import { anyPlayer } from './testing/session-redis.ts';

/** The same code on a Cluster and behind Sentinel: what the other tests show on one server, from end to end. */
const processes = await RedisProcesses.open();
after(() => processes[Symbol.asyncDispose]());

const urls = {
  'on a cluster': async () => (await processes.cluster()).url,
  'behind sentinel': async () => (await processes.sentinel()).url,
};

/** Tries until Redis answers: the service listens before it does. */
async function again<Result>(act: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ClientError && error.code === Status.UNAVAILABLE)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

for (const [where, open] of Object.entries(urls)) {
  test(`sessions live their whole lives ${where}`, async (context) => {
    const env = {
      CLEW_REDIS_URL: await open(),
      CLEW_SESSION_LEASE_MS: '600000', // nothing runs out on a busy machine
      CLEW_SESSION_EVENTS_POLL_MS: '10',
      CLEW_SESSION_REPAIR_MS: '10',
    };
    const config = parseConfig({ ...serviceFields, ...sessionFields }, env);
    const log = createLog({ name: 'test', level: 'silent', format: 'json' });
    const running = await startSession(config, log, context.signal);
    const channel = callChannel([`127.0.0.1:${running.grpcPort}`]);
    context.after(async () => {
      channel.close();
      await running[Symbol.asyncDispose]();
    });
    const client = controlClients.create(SessionServiceDefinition, channel);
    const edgeId = 'edge-1';

    // As many as there are shards, so that every node has some.
    const players = Array.from(
      { length: 64 },
      (_, shard) => shard.toString(16).padStart(2, '0') + anyPlayer().slice(2),
    );
    const epochs = new Map<string, number>();
    for (const playerId of players) {
      const { token } = await again(() =>
        client.createSession({ playerId, displayName: 'Ariadne', takeOver: true, edgeId }),
      );
      const { session } = await again(() => client.attachSession({ token, edgeId }));
      epochs.set(playerId, session!.epoch);
    }
    const sessions = players.map((playerId) => ({ playerId, epoch: epochs.get(playerId)! }));
    const { outcomes } = await again(() => client.renewSessions({ edgeId, sessions }));
    assert.ok(outcomes.every((outcome) => outcome === RenewOutcome.RENEW_OUTCOME_RENEWED));
    const found = await again(() => client.batchGetSessions({ playerIds: players }));
    assert.equal(found.sessions.length, players.length);

    const listed = new Set<string>();
    let pageToken = '';
    do {
      const page = await again(() => client.listSessions({ pageSize: 10, pageToken, state: State.STATE_ATTACHED }));
      for (const { playerId } of page.sessions) listed.add(playerId);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    assert.deepEqual([...listed].sort(), players.toSorted());

    const watch = client.watchSessions({})[Symbol.asyncIterator]();
    await again(() => watch.next());
    const [playerId] = players as [string];
    assert.equal(
      (await again(() => client.kickSession({ playerId, reason: 'cheating', requestId: 'r-1' }))).kicked,
      true,
    );
    const told: string[] = [];
    while (told.length === 0) {
      const { value } = await watch.next();
      for (const { kind, reason } of value!.events) if (kind === Kind.KIND_KICKED) told.push(reason);
    }
    assert.deepEqual(told, ['cheating']);
    await watch.return?.();

    // Sweeps and repairs go round all shards and servers, and find nothing amiss.
    const counters = async () => {
      const response = await fetch(`http://127.0.0.1:${running.opsPort}/statusz`);
      return ((await response.json()) as { counters: Record<string, number> }).counters;
    };
    while ((await counters())['session.sweeps']! < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    const counted = await counters();
    assert.deepEqual(
      [counted['session.strayEntries'], counted['session.strayRecords'], counted['session.expired']],
      [0, 0, 0],
    );

    // Nor do they miss what is: in every shard a record that the index forgot, or an entry with another deadline.
    const direct = connectRedis(env.CLEW_REDIS_URL, log);
    context.after(() => direct.disconnect());
    await redisReady(direct, context.signal);
    const [forgotten, moved] = [players.slice(1, 32), players.slice(32)];
    const indexOf = (player: string) => scriptKeys(shardOf(player))[0]!;
    for (const player of forgotten) await direct.zrem(indexOf(player), player);
    for (const player of moved) await direct.zadd(indexOf(player), Date.now() + 86_400_000, player);
    const mended = async () => {
      const { 'session.strayRecords': records, 'session.strayEntries': entries } = await counters();
      return records === forgotten.length && entries === moved.length;
    };
    while (!(await mended())) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const player of [...forgotten, ...moved]) {
      const deadline = await direct.hget(sessionPrefix(shardOf(player)) + player, 'd');
      assert.equal(await direct.zscore(indexOf(player), player), deadline);
    }
  });
}
