import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { SessionServiceDefinition } from '@clew/protocol/clew/session/v1/session.ts';
import { callChannel, controlClients } from '@clew/service-kit/control-client';
import { SessionCheck } from './session-check.ts';
import { FakeSessions } from './testing/fake-peers.ts';
import { player, shortRules, TestMatches } from './testing/test-matches.ts';

/** A match whose players 1 to 3 have just lost their connections, and who checks on them. */
async function detached(context: TestContext, rules = shortRules) {
  const world = await TestMatches.open(context, { rules });
  const sessions = await new FakeSessions().open();
  const channel = callChannel([sessions.address]);
  context.after(() => {
    channel.close();
    sessions.close();
  });
  const { matches, counters, log } = world;
  const check = new SessionCheck({
    sessions: controlClients.create(SessionServiceDefinition, channel),
    matches,
    counters,
    log,
    clock: () => world.nowMs,
    intervalMs: 1_000,
    recheckMs: 5_000,
    callMs: 5_000,
  });
  const match = world.match(3);
  const edge = world.edge('edge-1');
  for (const number of [1, 2, 3]) await world.attach(edge, number, match.id, number);
  edge.cancel();
  await world.settle(() => world.matches.seats().detached === 3);
  const signal = new AbortController().signal;
  return { world, sessions, match, check: () => check.check(signal) };
}

suite('the session check', () => {
  test('asks at the deadline, once for all, and frees the seats whose sessions are gone or elsewhere', async (context) => {
    const { world, sessions, match, check } = await detached(context);
    sessions.pointers.set(player(1).playerId, match.id);
    sessions.pointers.set(player(2).playerId, 'm-2');
    world.nowMs += 29_999;
    await check();
    assert.deepEqual(sessions.asked, []);
    world.nowMs += 1;
    await check();
    assert.deepEqual(sessions.asked, [[1, 2, 3].map((number) => player(number).playerId)]);
    assert.equal(match.seating.seatOf(player(1).playerId)?.state.kind, 'detached');
    assert.equal(match.seating.taken, 1);
  });

  test('asks again for those who were still there', async (context) => {
    const { world, sessions, match, check } = await detached(context);
    for (const number of [1, 2, 3]) sessions.pointers.set(player(number).playerId, match.id);
    world.nowMs += 30_000;
    await check();
    world.nowMs += 4_999;
    await check();
    assert.equal(sessions.asked.length, 1);
    sessions.pointers.clear();
    world.nowMs += 1;
    await check();
    assert.equal(sessions.asked.length, 2);
    assert.equal(match.seating.taken, 0);
  });

  test('frees nobody while session does not answer', async (context) => {
    const { world, sessions, match, check } = await detached(context);
    sessions.away = true;
    world.nowMs += 30_000;
    await check();
    assert.equal(match.seating.taken, 3);
    sessions.away = false;
    world.nowMs += 5_000;
    await check();
    assert.equal(match.seating.taken, 0);
  });

  test('leaves a player alone who came back while it asked', async (context) => {
    const { world, sessions, match, check } = await detached(context);
    world.nowMs += 30_000;
    const gate = Promise.withResolvers<void>();
    sessions.gate = gate.promise;
    const checked = check();
    await sessions.notice.until(() => sessions.asked.length === 1);
    await world.attach(world.edge('edge-2'), 1, match.id, 1);
    gate.resolve();
    await checked;
    assert.equal(match.seating.seats[0]?.state.kind, 'attached');
    assert.equal(match.seating.taken, 1);
  });

  test('asks for a bounded number at once, and for the others in the next round', async (context) => {
    const rules = { ...shortRules, seats: 600, baseSize: 4 };
    const { world, sessions, check } = await detached(context, rules);
    for (const [id, first] of [
      ['m-2', 10_000],
      ['m-3', 20_000],
    ] as const) {
      const match = world.matches.create(
        id,
        1,
        Array.from({ length: 600 }, (_, index) => player(first + index)),
      );
      for (const seat of match.seating.seats) seat.detach(world.nowMs);
    }
    await check();
    await check();
    assert.deepEqual(
      sessions.asked.map(({ length }) => length),
      [1_000, 200],
    );
  });
});
