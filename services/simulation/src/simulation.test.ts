import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { suite, test } from 'node:test';
import { SessionEvent_Kind } from '@clew/protocol/clew/session/v1/session.ts';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { parseConfig, serviceFields } from '@clew/service-kit/config';
import { Relay } from '@clew/service-kit/testing/relay';
import { simulationFields } from './config.ts';
import { startSimulation } from './simulation.ts';
import { FakeMatchmaking, FakeSessions } from './testing/fake-peers.ts';
import { player } from './testing/test-matches.ts';
import { log, running } from './testing/test-simulation.ts';

const refused = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });

suite('a simulation', () => {
  test('registers, takes a match, plays it by itself, and tells how busy it is', async (context) => {
    const { simulation, matchmaking, control, edge, statusz } = await running(context);
    await matchmaking.notice.until(() => matchmaking.last !== undefined);
    const { simulationId, controlAddress, trunkAddress } = matchmaking.last!;
    assert.equal(simulationId, simulation.simulationId);
    assert.equal(controlAddress, `127.0.0.1:${simulation.grpcPort}`);
    assert.equal(trunkAddress, `127.0.0.1:${simulation.trunkPort}`);

    await control.createMatch({ matchId: 'm-1', epoch: 1, players: [player(1)] });
    const trunk = edge('edge-1');
    const seated = await trunk.attach(1, 'm-1', player(1).playerId);
    await trunk.until(() => seated.deltas >= 20);
    assert.equal(seated.mismatches, 0);
    await matchmaking.notice.until(() => matchmaking.last?.matches === 1);
    assert.deepEqual(matchmaking.last?.openMatches, [{ matchId: 'm-1', seats: 7 }]);

    const { tick, seats, trunks, collections } = (await statusz()) as {
      tick: { ticks: number; busyMsP50: number; busyMsP99: number; busyMsMax: number };
      seats: object;
      trunks: { edgeId: string; channels: number }[];
      collections: { name: string; size: number; bound: number; orphans: number }[];
    };
    assert.ok(tick.ticks >= 20 && tick.busyMsP50 > 0 && tick.busyMsMax >= tick.busyMsP99);
    assert.deepEqual(seats, { bot: 7, reserved: 0, attached: 1, detached: 0 });
    assert.equal(trunks[0]?.edgeId, 'edge-1');
    // What scales simulations is what matchmaking fills them by.
    const places = collections.find(({ name }) => name === 'simulation.matches');
    assert.deepEqual([places?.size, places?.bound], [1, matchmaking.last?.matchesMax]);
    for (const { name, size, bound, orphans } of collections) {
      assert.ok(size <= bound && orphans === 0, name);
    }
  });

  test('frees the seat of a session that ended, and ends the match when nobody is left', async (context) => {
    const { sessions, matchmaking, control, edge } = await running(context);
    await control.createMatch({ matchId: 'm-1', epoch: 1, players: [player(1)] });
    const trunk = edge('edge-1');
    const seated = await trunk.attach(1, 'm-1', player(1).playerId);
    await sessions.notice.until(() => sessions.cursors.length > 0);
    sessions.tell({
      playerId: player(1).playerId,
      epoch: 1,
      kind: SessionEvent_Kind.KIND_ENDED,
      matchId: 'm-1',
      reason: '',
    });
    await trunk.until(() => seated.closed !== undefined);
    assert.equal(seated.closed, Closed_Reason.REASON_SEAT_UNKNOWN);
    await matchmaking.notice.until(() => matchmaking.last?.matches === 0);
  });

  test('asks for the sessions of seats that were detached for long', async (context) => {
    const env = { CLEW_SEAT_DETACHED_MS: '20', CLEW_SEAT_CHECK_MS: '10' };
    const { sessions, matchmaking, control, edge } = await running(context, env);
    await control.createMatch({ matchId: 'm-1', epoch: 1, players: [player(1)] });
    const trunk = edge('edge-1');
    await trunk.attach(1, 'm-1', player(1).playerId);
    trunk.cancel();
    await sessions.notice.until(() => sessions.asked.length > 0);
    await matchmaking.notice.until(() => matchmaking.last?.matches === 0);
  });

  test('stops in order: drains, loses its matches, says so, and leaves no listener', async (context) => {
    // What is silent for five times as long is cut: a busy machine must not bring that about in here.
    const env = { CLEW_REGISTER_MS: '400' };
    const { simulation, matchmaking, control, edge, stop } = await running(context, env);
    await control.createMatch({ matchId: 'm-1', epoch: 1, players: [player(1)] });
    const trunk = edge('edge-1');
    const seated = await trunk.attach(1, 'm-1', player(1).playerId);
    await trunk.until(() => seated.deltas > 0);
    await matchmaking.notice.until(() => matchmaking.last?.matches === 1);
    await stop();
    assert.equal(matchmaking.last?.draining, true);
    await matchmaking.notice.until(() => matchmaking.withdrawn === matchmaking.streams.length);
    await trunk.until(() => trunk.ended !== undefined);
    assert.equal(seated.closed, Closed_Reason.REASON_MATCH_FAILED);
    for (const port of [simulation.grpcPort, simulation.trunkPort, simulation.opsPort]) {
      assert.equal(await refused(port), true);
    }
  });
});

test('a simulation that stops leaves no connection behind', async (context) => {
  await using sessions = await new FakeSessions().open();
  await using matchmaking = await new FakeMatchmaking().open();
  await using toSessions = await Relay.open(sessions.address);
  await using toMatchmaking = await Relay.open(matchmaking.address);
  const { control, edge, stop } = await running(context, {
    CLEW_SESSION_ADDRESSES: toSessions.address,
    CLEW_MATCHMAKING_ADDRESSES: toMatchmaking.address,
    CLEW_SEAT_DETACHED_MS: '20',
    CLEW_SEAT_CHECK_MS: '10',
  });
  await control.createMatch({ matchId: 'm-1', epoch: 1, players: [player(1)] });
  const trunk = edge('edge-1');
  await trunk.attach(1, 'm-1', player(1).playerId);
  trunk.cancel();
  await sessions.notice.until(() => sessions.asked.length > 0 && sessions.cursors.length > 0);
  await matchmaking.notice.until(() => matchmaking.last !== undefined);
  assert.deepEqual([toSessions.near.size, toMatchmaking.near.size], [2, 1]);
  await stop();
  for (const relay of [toSessions, toMatchmaking]) await relay.abandoned();
});

suite('a simulation that is told to stop, and may drain', () => {
  test('lets its matches play on, takes nobody new, and stops with the last of them', async (context) => {
    const { simulation, sessions, matchmaking, control, edge, stop } = await running(context, {
      CLEW_DRAIN_MS: '600000',
    });
    await control.createMatch({ matchId: 'm-1', epoch: 1, players: [player(1)] });
    const trunk = edge('edge-1');
    const seated = await trunk.attach(1, 'm-1', player(1).playerId);
    await sessions.notice.until(() => sessions.cursors.length > 0);
    let isStopped = false;
    const stopped = stop().then(() => {
      isStopped = true;
    });
    await matchmaking.notice.until(() => matchmaking.last?.draining === true);
    const { deltas } = seated;
    await trunk.until(() => seated.deltas > deltas + 20);
    const ready = await fetch(`http://127.0.0.1:${simulation.opsPort}/readyz`);
    assert.deepEqual([isStopped, seated.closed, ready.status], [false, undefined, 503]);
    await assert.rejects(control.createMatch({ matchId: 'm-2', epoch: 1, players: [player(2)] }), /DRAINING|about to/);
    sessions.tell({
      playerId: player(1).playerId,
      epoch: 1,
      kind: SessionEvent_Kind.KIND_ENDED,
      matchId: 'm-1',
      reason: '',
    });
    await stopped;
    assert.equal(seated.closed, Closed_Reason.REASON_SEAT_UNKNOWN);
    assert.equal(await refused(simulation.trunkPort), true);
  });

  test('does not wait where there is nothing to wait for', async (context) => {
    const { stop } = await running(context, { CLEW_DRAIN_MS: '600000' });
    await stop();
  });

  test('waits no longer than it may', async (context) => {
    const { control, edge, stop } = await running(context, { CLEW_DRAIN_MS: '1' });
    await control.createMatch({ matchId: 'm-1', epoch: 1, players: [player(1)] });
    const trunk = edge('edge-1');
    const seated = await trunk.attach(1, 'm-1', player(1).playerId);
    await stop();
    await trunk.until(() => trunk.ended !== undefined);
    assert.equal(seated.closed, Closed_Reason.REASON_MATCH_FAILED);
  });
});

test('a start that fails leaves nothing running', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const away = { CLEW_REDIS_URL: 'redis://127.0.0.1:1', CLEW_OPS_PORT: String(port) };
  const peers = { CLEW_SESSION_ADDRESSES: '127.0.0.1:1', CLEW_MATCHMAKING_ADDRESSES: '127.0.0.1:1' };
  const config = parseConfig({ ...serviceFields, ...simulationFields }, { ...away, ...peers });
  await assert.rejects(startSimulation(config, log), { code: 'EADDRINUSE' });
  taken.close();
  // Whatever was left would keep this process from ending.
});
