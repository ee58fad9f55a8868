import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { bot } from '@clew/maze';
import type { SignInRequest } from '@clew/protocol/clew/play/v1/play.ts';
import { Status } from 'nice-grpc-common';
import type { ClewError } from './clew-error.ts';
import { ClewClient } from './client.ts';
import type { ClewClientOptions } from './client-options.ts';
import { Refusal } from './fakes/door-host.ts';
import { FakeEdge } from './fakes/fake-edge.ts';
import { MatchHost } from './fakes/match-host.ts';
import { until } from './fakes/until.ts';
import { fetchTransport, socketTransport } from './fetch-transport.ts';
import { grpcTransport, nodeWebTransport } from './node.ts';
import { memoryStore } from './store.ts';
import type { Transport } from './transport.ts';

const doors = [
  { name: 'grpc', transport: (): Transport => grpcTransport(), addressOf: (edge: FakeEdge) => edge.own.grpcAddress },
  { name: 'web', transport: (): Transport => fetchTransport(), addressOf: (edge: FakeEdge) => edge.own.webUrl },
  { name: 'ws', transport: (): Transport => socketTransport(), addressOf: (edge: FakeEdge) => edge.own.webUrl },
  { name: 'node web', transport: (): Transport => nodeWebTransport(), addressOf: (edge: FakeEdge) => edge.own.webUrl },
];

const quick = { backoffMs: 10, backoffMsMax: 40, callMs: 2_000, openMs: 2_000, patienceMs: 4_000, keyframeMs: 20 };

for (const door of doors) {
  const setUp = async (t: TestContext, options: Partial<ClewClientOptions> = {}) => {
    const edge = await new FakeEdge().listen();
    const client = new ClewClient({
      edge: door.addressOf(edge),
      transport: door.transport(),
      limits: quick,
      ...options,
    });
    t.after(async () => {
      client.close();
      await edge.stop();
    });
    const states: string[] = [];
    client.on('state', ({ kind }) => states.push(kind));
    return { edge, client, states };
  };
  const refusal = async (promise: Promise<unknown>): Promise<ClewError> =>
    promise.then(
      () => assert.fail('was not refused'),
      (error: ClewError) => error,
    );

  test(`${door.name}: shows signs of life for as long as something comes, and none when nothing does`, async (t) => {
    const { edge, client } = await setUp(t);
    edge.silenceMaxMs = 3_000;
    let signs = 0;
    edge.onSteer = () => {
      signs += 1;
    };
    await client.signIn({ displayName: 'Ariadne' });
    await until('two signs', () => {
      edge.tell(edge.stream, { $case: 'heartbeat', value: {} });
      return signs >= 2;
    });
    await until('the client gives the silent stream up', () => edge.streams.length > 1);
    assert.ok(signs <= 4, `${signs} signs: no timer makes them`);
  });

  test(`${door.name}: signs in, opens the stream at once, and stands in the lobby`, async (t) => {
    const { edge, client, states } = await setUp(t);
    await client.signIn({ displayName: 'Ariadne' });
    assert.deepEqual(states, ['connecting', 'lobby']);
    assert.equal(client.playerId, 'a'.repeat(32));
    assert.equal(edge.openStreams, 1);
    assert.equal(edge.stream.token, 's1.p.1');
    const { secret, displayName } = edge.asked[0]!.request as SignInRequest;
    assert.equal(secret.length, 32);
    assert.equal(displayName, 'Ariadne');
    assert.equal(takesOver(edge), false);
  });

  test(`${door.name}: the state follows the edge through queue, match and end`, async (t) => {
    const { edge, client } = await setUp(t);
    await client.signIn({ displayName: 'Ariadne' });
    await client.findMatch();
    assert.deepEqual(client.state, { kind: 'queued', place: 0, waiting: 0 });
    edge.tell(edge.stream, { $case: 'queued', value: { ticketId: 't-1', place: 2, waiting: 3 } });
    await until('queued', () => client.state.kind === 'queued' && client.state.place === 2);
    const ends: unknown[] = [];
    client.on('matchEnded', (end) => ends.push(end.matchId, end.ranking.length));
    const host = new MatchHost({ seed: 1 });
    edge.tell(edge.stream, { $case: 'seated', value: { matchId: 'm-1', seat: 0 } });
    edge.write(edge.stream, host.keyframe());
    await until('a sample', () => client.match?.sample() !== undefined);
    assert.deepEqual(client.state, { kind: 'seated', matchId: 'm-1', seat: 0 });
    edge.tell(edge.stream, { $case: 'matchEnded', value: { matchId: 'm-1' } });
    await until('lobby', () => client.state.kind === 'lobby');
    assert.equal(client.match, undefined);
    assert.deepEqual(ends, ['m-1', 8]);
  });

  test(`${door.name}: hands reach the edge as inputs for ticks to come, and frames acknowledge them`, async (t) => {
    const { edge, client } = await setUp(t);
    await client.signIn({ displayName: 'Ariadne' });
    const host = new MatchHost({ seed: 2, rules: { startingTicks: 5 } });
    edge.tell(edge.stream, { $case: 'seated', value: { matchId: 'm-1', seat: 0 } });
    edge.write(edge.stream, host.keyframe());
    client.on('tick', (match) => {
      const view = match.predictedView;
      if (view !== undefined) match.setHands(bot(view, match.seat));
    });
    let received = 0;
    const timer = setInterval(() => {
      const { inputs } = edge.stream;
      host.receive(inputs.slice(received), performance.now());
      received = inputs.length;
      edge.write(edge.stream, host.tick(performance.now()));
    }, 50);
    t.after(() => clearInterval(timer));
    await until('acknowledged inputs', () => client.stats.latencyMs.count > 20);
    assert.equal(client.stats.hashMismatches, 0);
    assert.equal(client.stats.gaps, 0);
    assert.ok(host.avatar.lastInput > 0);
    assert.ok(client.stats.bytes > 500);
  });

  test(`${door.name}: in the next match on the same stream inputs go on to be sent`, async (t) => {
    const { edge, client } = await setUp(t);
    await client.signIn({ displayName: 'Ariadne' });
    const sequences: number[] = [];
    for (const matchId of ['m-1', 'm-2']) {
      edge.tell(edge.stream, { $case: 'seated', value: { matchId, seat: 0 } });
      edge.write(edge.stream, new MatchHost({ seed: 7 }).keyframe());
      await until('a view', () => client.match?.matchId === matchId && client.match.view !== undefined);
      const before = edge.stream.inputs.length;
      client.match?.setHands({ forward: 127, strafe: 0, heading: sequences.length, buttons: 0 });
      await until('an input', () => edge.stream.inputs.length > before);
      sequences.push(edge.stream.inputs.at(-1)?.sequence ?? 0);
      edge.tell(edge.stream, { $case: 'matchEnded', value: { matchId } });
      await until('lobby', () => client.state.kind === 'lobby');
    }
    assert.ok(sequences[1]! > sequences[0]!);
  });

  test(`${door.name}: a lost stream is resumed with the token, which rotates, into the same match`, async (t) => {
    const store = memoryStore();
    const { edge, client, states } = await setUp(t, { store });
    await client.signIn({ displayName: 'Ariadne' });
    const host = new MatchHost({ seed: 3 });
    edge.tell(edge.stream, { $case: 'seated', value: { matchId: 'm-1', seat: 0 } });
    edge.write(edge.stream, host.keyframe());
    await until('a view', () => client.match?.view !== undefined);
    const match = client.match;
    edge.afterWelcome = (stream) => {
      edge.tell(stream, { $case: 'seated', value: { matchId: 'm-1', seat: 0 } });
      edge.write(stream, host.keyframe());
    };
    states.length = 0;
    edge.stream.cut();
    await until('resumed', () => edge.streams.length === 2 && client.state.kind === 'seated');
    assert.deepEqual(states, ['reconnecting', 'seated']);
    assert.equal(edge.asked.find(({ method }) => method === 'Resume')?.token, 's1.p.1');
    assert.equal(edge.stream.token, 's1.p.2');
    assert.equal(store.loadToken(), 's1.p.2');
    assert.equal(client.match, match);
    assert.equal(client.stats.disconnects, 1);
    assert.equal(edge.count('SignIn'), 1);
  });

  for (const reason of ['SESSION_REPLACED', 'SESSION_KICKED', 'SESSION_ENDED']) {
    test(`${door.name}: ${reason} is final: nothing is resumed, and the page is told`, async (t) => {
      const store = memoryStore();
      const { edge, client } = await setUp(t, { store });
      await client.signIn({ displayName: 'Ariadne' });
      edge.stream.end(new Refusal(Status.ABORTED, reason));
      await until('ended', () => client.state.kind === 'ended');
      assert.equal(client.state.kind === 'ended' && client.state.reason, reason);
      assert.equal(store.loadToken(), undefined);
      await until('closed', () => edge.openStreams === 0);
      assert.equal(edge.count('Resume'), 0);
      await client.signIn({ displayName: 'Ariadne', takeOver: true });
      assert.equal(takesOver(edge), true);
    });
  }

  test(`${door.name}: a session that is gone is replaced by a new one, never by taking over`, async (t) => {
    const { edge, client } = await setUp(t);
    await client.signIn({ displayName: 'Ariadne', takeOver: true });
    edge.answers.Resume = () => {
      throw new Refusal(Status.UNAUTHENTICATED, 'TOKEN_UNKNOWN');
    };
    edge.stream.cut();
    await until('a second stream', () => edge.streams.length === 2 && client.state.kind === 'lobby');
    assert.equal(edge.count('SignIn'), 2);
    assert.equal(takesOver(edge), false);
  });

  test(`${door.name}: a session that is attached elsewhere refuses the sign-in, which is not repeated`, async (t) => {
    const { edge, client } = await setUp(t);
    edge.answers.SignIn = () => {
      throw new Refusal(Status.FAILED_PRECONDITION, 'SESSION_ACTIVE');
    };
    const error = await refusal(client.signIn({ displayName: 'Ariadne' }));
    assert.equal(error.reason, 'SESSION_ACTIVE');
    assert.equal(client.state.kind === 'ended' && client.state.reason, 'SESSION_ACTIVE');
    assert.equal(edge.count('SignIn'), 1);
  });

  test(`${door.name}: a refused name is told with its field`, async (t) => {
    const { edge, client } = await setUp(t);
    edge.answers.SignIn = () => {
      throw new Refusal(Status.INVALID_ARGUMENT, 'INVALID_ARGUMENT', { field: 'display_name' });
    };
    const error = await refusal(client.signIn({ displayName: '' }));
    assert.deepEqual(error.fieldViolations, [{ field: 'display_name', description: 'is wrong' }]);
    assert.equal(error.code, Status.INVALID_ARGUMENT);
  });

  test(`${door.name}: an edge that cannot serve now is asked again, not before it wants to be`, async (t) => {
    const { edge, client } = await setUp(t);
    const askedMs: number[] = [];
    const signIn = edge.answers.SignIn;
    edge.answers.SignIn = (request) => {
      askedMs.push(performance.now());
      if (askedMs.length === 1) throw new Refusal(Status.UNAVAILABLE, 'SESSION_AWAY', { retryMs: 150 });
      return signIn(request);
    };
    await client.signIn({ displayName: 'Ariadne' });
    assert.equal(askedMs.length, 2);
    assert.ok(askedMs[1]! - askedMs[0]! >= 149);
  });

  test(`${door.name}: an edge that is gone is replaced by one that it had listed`, async (t) => {
    const { edge, client } = await setUp(t);
    const other = await new FakeEdge().listen();
    t.after(() => other.stop());
    edge.edges = [edge.own, other.own];
    await client.signIn({ displayName: 'Ariadne' });
    await edge.stop();
    await until('a stream at the other edge', () => other.openStreams === 1 && client.state.kind === 'lobby');
    assert.equal(other.asked[0]?.method, 'Resume');
  });

  test(`${door.name}: without any edge the sign-in fails after a while, and can be tried again`, async (t) => {
    const { edge, client } = await setUp(t, { limits: { ...quick, patienceMs: 100 } });
    await edge.stop();
    const error = await refusal(client.signIn({ displayName: 'Ariadne' }));
    assert.equal(error.reason, 'UNREACHABLE');
    assert.equal(client.state.kind, 'ended');
    assert.equal((await refusal(client.signIn({ displayName: 'Ariadne' }))).reason, 'UNREACHABLE');
  });

  test(`${door.name}: a silent stream is a lost one`, async (t) => {
    const { edge, client } = await setUp(t);
    edge.silenceMaxMs = 80;
    await client.signIn({ displayName: 'Ariadne' });
    const reasons: string[] = [];
    client.on('lost', ({ reason }) => reasons.push(reason));
    await until('a second stream', () => edge.streams.length >= 2);
    assert.equal(reasons[0], 'SILENT');
    await until('the first is closed', () => edge.streams[0]?.isOpen === false);
  });

  test(`${door.name}: an edge that accepts the stream and says nothing is left`, async (t) => {
    const { edge, client } = await setUp(t, { limits: { ...quick, openMs: 100 } });
    edge.welcomes = false;
    const signingIn = client.signIn({ displayName: 'Ariadne' });
    await until('a first stream', () => edge.streams.length === 1);
    edge.welcomes = true;
    await signingIn;
    assert.equal(client.state.kind, 'lobby');
    await until('only one is open', () => edge.openStreams === 1);
  });

  test(`${door.name}: who waited for a match when the stream was lost asks again`, async (t) => {
    const { edge, client } = await setUp(t);
    await client.signIn({ displayName: 'Ariadne' });
    await client.findMatch();
    edge.stream.cut();
    await until('asked again', () => edge.count('FindMatch') === 2 && client.state.kind === 'queued');
  });

  test(`${door.name}: FindMatch meets a stream that is not known yet, and tries again`, async (t) => {
    const { edge, client } = await setUp(t);
    await client.signIn({ displayName: 'Ariadne' });
    const findMatch = edge.answers.FindMatch;
    edge.answers.FindMatch = (request, token) => {
      if (edge.count('FindMatch') === 1) throw new Refusal(Status.FAILED_PRECONDITION, 'NO_STREAM');
      return findMatch(request, token);
    };
    await client.findMatch();
    const [first, second] = edge.asked.filter(({ method }) => method === 'FindMatch');
    assert.deepEqual(first?.request, second?.request, 'one request id');
  });

  test(`${door.name}: a lost match is told, and the player waits again`, async (t) => {
    const { edge, client } = await setUp(t);
    await client.signIn({ displayName: 'Ariadne' });
    edge.tell(edge.stream, { $case: 'seated', value: { matchId: 'm-1', seat: 3 } });
    await until('seated', () => client.state.kind === 'seated');
    const lost: string[] = [];
    client.on('matchLost', ({ matchId }) => lost.push(matchId));
    edge.tell(edge.stream, { $case: 'matchLost', value: { matchId: 'm-1' } });
    await until('queued', () => client.state.kind === 'queued');
    assert.deepEqual(lost, ['m-1']);
    assert.equal(client.match, undefined);
  });

  test(`${door.name}: frames that do not fit and no keyframe: the stream is opened anew`, async (t) => {
    const { edge, client } = await setUp(t);
    await client.signIn({ displayName: 'Ariadne' });
    const host = new MatchHost({ seed: 4 });
    edge.afterWelcome = (stream) => {
      edge.tell(stream, { $case: 'seated', value: { matchId: 'm-1', seat: 0 } });
      edge.write(stream, host.keyframe());
    };
    edge.tell(edge.stream, { $case: 'seated', value: { matchId: 'm-1', seat: 0 } });
    const stream = edge.stream;
    const timer = setInterval(() => edge.write(stream, host.tick(performance.now())), 10);
    t.after(() => clearInterval(timer));
    await until('a view', () => client.match?.view !== undefined);
    assert.equal(edge.streams.length, 2);
    assert.ok(client.stats.gaps >= 2);
  });

  test(`${door.name}: cancelMatch gives the seat up and keeps the session`, async (t) => {
    const { edge, client } = await setUp(t);
    await client.signIn({ displayName: 'Ariadne' });
    edge.tell(edge.stream, { $case: 'seated', value: { matchId: 'm-1', seat: 3 } });
    await until('seated', () => client.state.kind === 'seated');
    await client.cancelMatch();
    assert.equal(client.state.kind, 'lobby');
    assert.equal(edge.openStreams, 1);
  });

  test(`${door.name}: leave ends the session, forgets the token and leaves nothing open`, async (t) => {
    const store = memoryStore();
    const { edge, client } = await setUp(t, { store });
    await client.signIn({ displayName: 'Ariadne' });
    const { token } = edge.stream;
    edge.answers.Leave = () => {
      edge.stream.end(new Refusal(Status.ABORTED, 'SESSION_ENDED'));
      return {};
    };
    await client.leave();
    assert.equal(client.state.kind, 'signed-out');
    assert.equal(edge.asked.at(-1)?.token, token);
    assert.equal(store.loadToken(), undefined);
    await until('closed', () => edge.openStreams === 0);
    await client.signIn({ displayName: 'Ariadne' });
    assert.equal(client.state.kind, 'lobby');
  });

  test(`${door.name}: leave does not fail when nobody hears it`, async (t) => {
    const { edge, client } = await setUp(t);
    await client.signIn({ displayName: 'Ariadne' });
    await edge.stop();
    await client.leave();
    assert.equal(client.state.kind, 'signed-out');
  });

  test(`${door.name}: a kept token enters its session without signing in`, async (t) => {
    const store = memoryStore();
    store.saveToken('s1.p.kept');
    const { edge, client } = await setUp(t, { store });
    await client.signIn({ displayName: 'Ariadne' });
    assert.deepEqual(
      edge.asked.map(({ method, token }) => [method, token]),
      [['Resume', 's1.p.kept']],
    );
  });

  for (const moment of ['signing in', 'in the lobby', 'seated', 'reconnecting', 'asking for a match']) {
    test(`${door.name}: close while ${moment} leaves no timer, no stream and no listener`, async (t) => {
      const { edge, client } = await setUp(t, { limits: { ...quick, backoffMs: 60_000, backoffMsMax: 60_000 } });
      const before = timers();
      const host = new MatchHost({ seed: 5 });
      if (moment === 'signing in') edge.answers.SignIn = () => new Promise(() => undefined);
      const signingIn = client.signIn({ displayName: 'Ariadne' });
      signingIn.catch(() => undefined);
      if (moment === 'signing in') await until('asked', () => edge.count('SignIn') === 1);
      else await signingIn;
      if (moment === 'seated') {
        edge.tell(edge.stream, { $case: 'seated', value: { matchId: 'm-1', seat: 0 } });
        edge.write(edge.stream, host.keyframe());
        await until('a view', () => client.match?.view !== undefined);
        client.match?.setHands({ forward: 127, strafe: 0, heading: 9, buttons: 0 });
        await until('inputs', () => edge.stream.inputs.length > 0);
      }
      if (moment === 'reconnecting') {
        edge.stream.cut();
        await until('reconnecting', () => client.state.kind === 'reconnecting');
      }
      if (moment === 'asking for a match') {
        edge.answers.FindMatch = () => {
          throw new Refusal(Status.UNAVAILABLE, 'MATCHMAKING_AWAY', { retryMs: 60_000 });
        };
        client.findMatch().catch(() => undefined);
        await until('asked', () => edge.count('FindMatch') === 1);
      }
      client.close();
      assert.deepEqual(client.state.kind === 'ended' && client.state.reason, 'CLOSED');
      await until('no stream', () => edge.openStreams === 0);
      // Idle sockets of fetch are the browser's, or Node's, to close.
      if (door.name !== 'web') await until('no socket', () => edge.sockets === 0);
      await until(`no timer beyond ${before}, but ${timers()}`, () => timers() <= before);
      let heard = 0;
      client.on('state', () => {
        heard += 1;
      });
      client.close();
      assert.equal(heard, 0);
      await assert.rejects(client.signIn({ displayName: 'Ariadne' }), { reason: 'CLOSED' });
    });
  }
}

test('web: what must reach the edge of the stream finds it behind a balancer', async (t) => {
  const home = await new FakeEdge().listen();
  const other = await new FakeEdge().listen();
  const client = new ClewClient({ edge: home.own.webUrl, transport: fetchTransport(), limits: quick });
  t.after(async () => {
    client.close();
    await home.stop();
    await other.stop();
  });
  // The address that the client was given leads to `home` for calls, but the stream belongs to `other`.
  home.afterWelcome = (stream) => {
    home.tell(stream, {
      $case: 'welcome',
      value: { edge: other.own, tickRate: 20, silenceMax: { seconds: 60, nanos: 0 } },
    });
    home.tell(stream, { $case: 'seated', value: { matchId: 'm-1', seat: 0 } });
    home.write(stream, new MatchHost({ seed: 6 }).keyframe());
  };
  home.answers.Steer = () => {
    throw new Refusal(Status.FAILED_PRECONDITION, 'WRONG_EDGE');
  };
  home.answers.FindMatch = () => {
    throw new Refusal(Status.FAILED_PRECONDITION, 'WRONG_EDGE');
  };
  await client.signIn({ displayName: 'Ariadne' });
  await until('a view', () => client.match?.view !== undefined);
  client.match?.setHands({ forward: 127, strafe: 0, heading: 9, buttons: 0 });
  await until('inputs at the other edge', () => other.count('Steer') > 0);
  await client.findMatch();
  assert.equal(other.count('FindMatch'), 1);
  assert.ok(home.count('Steer') <= 3);
});

test('grpc: players share connections, some each', async (t) => {
  const edge = await new FakeEdge().listen();
  const transport = grpcTransport({ playersPerConnection: 3 });
  const clients = Array.from({ length: 7 }, () => new ClewClient({ edge: edge.own.grpcAddress, transport }));
  t.after(async () => {
    for (const client of clients) client.close();
    await edge.stop();
  });
  await Promise.all(clients.map((client) => client.signIn({ displayName: 'Ariadne' })));
  assert.equal(edge.sockets, 3);
  for (const client of clients.slice(0, 6)) client.close();
  await until('two connections are closed', () => edge.sockets === 1);
  assert.equal(clients[6]?.state.kind, 'lobby');
});

/** What the last sign-in asked for. */
function takesOver(edge: FakeEdge): boolean | undefined {
  const signIn = edge.asked.findLast(({ method }) => method === 'SignIn');
  return (signIn?.request as SignInRequest | undefined)?.takeOver;
}

/** Timers of this process that are under way, but the test's own. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}
