import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { suite, type TestContext, test } from 'node:test';
import { MatchmakingServiceDefinition } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { controlClients, streamChannel } from '@clew/service-kit/control-client';
import { createLog } from '@clew/service-kit/log';
import { Registration } from './registration.ts';
import { FakeMatchmaking } from './testing/fake-peers.ts';

async function registered(context: TestContext, silenceMs = 5_000) {
  const matchmaking = await new FakeMatchmaking().open();
  const channel = streamChannel([matchmaking.address]);
  const state = { matches: 0, draining: false };
  const registration = new Registration({
    matchmaking: controlClients.create(MatchmakingServiceDefinition, channel),
    presence: () => ({
      simulationId: 'simulation-1',
      controlAddress: '127.0.0.1:1',
      trunkAddress: '127.0.0.1:2',
      matchesMax: 10,
      openMatches: [],
      ...state,
    }),
    log: createLog({ name: 'test', level: 'silent', format: 'json' }),
    intervalMs: 20,
    silenceMs,
  });
  const stop = new AbortController();
  const done = registration.run(stop.signal);
  const end = async () => {
    stop.abort();
    await done;
  };
  context.after(async () => {
    await end();
    channel.close();
    matchmaking.close();
  });
  return { matchmaking, state, signal: stop.signal, end };
}

suite('registration', () => {
  test('says again and again how things stand', async (context) => {
    const { matchmaking, state } = await registered(context);
    await matchmaking.notice.until(() => matchmaking.last?.matches === 0);
    state.matches = 3;
    await matchmaking.notice.until(() => matchmaking.last?.matches === 3);
    assert.equal(matchmaking.streams.length, 1);
    assert.equal(matchmaking.last?.simulationId, 'simulation-1');
  });

  test('says at the end that it drains, and withdraws', async (context) => {
    const { matchmaking, state, end } = await registered(context);
    await matchmaking.notice.until(() => matchmaking.last !== undefined);
    state.draining = true;
    await end();
    assert.equal(matchmaking.last?.draining, true);
    await matchmaking.notice.until(() => matchmaking.withdrawn === matchmaking.streams.length);
  });

  test('begins anew when matchmaking was restarted', async (context) => {
    const { matchmaking, signal } = await registered(context);
    await matchmaking.notice.until(() => matchmaking.last !== undefined);
    matchmaking.close();
    await matchmaking.open();
    await matchmaking.notice.until(() => matchmaking.streams.length === 2);
    assert.equal(matchmaking.streams[1]?.[0]?.simulationId, 'simulation-1');
    // The stream that broke listens to nothing any more: there are the second stream's farewell and its pause.
    while (getEventListeners(signal, 'abort').length > 2) await new Promise((resolve) => setImmediate(resolve));
  });

  test('does not wait for a matchmaking that does not hear its farewell', async (context) => {
    const { matchmaking, end } = await registered(context, 600_000);
    matchmaking.deaf = true;
    await matchmaking.notice.until(() => matchmaking.last !== undefined);
    await end();
  });

  test('gives a stream up on which nothing is heard', async (context) => {
    const { matchmaking } = await registered(context, 100);
    await matchmaking.notice.until(() => matchmaking.last !== undefined);
    matchmaking.mute = true;
    await matchmaking.notice.until(() => matchmaking.streams.length === 2);
  });
});
