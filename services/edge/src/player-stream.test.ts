import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { suite, test } from 'node:test';
import { ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';
import { GrpcPlayer } from './testing/grpc-player.ts';
import { RawReader } from './testing/raw-reader.ts';
import { startTestEdge, type TestEdge } from './testing/test-edge.ts';
import { until } from './testing/until.ts';

async function inLobby(edge: TestEdge): Promise<GrpcPlayer> {
  return (await new GrpcPlayer(edge.grpcAddress).signIn()).play();
}

async function inQueue(edge: TestEdge): Promise<GrpcPlayer> {
  const player = await inLobby(edge);
  await player.call('findMatch');
  await player.event('queued');
  return player;
}

async function inSeat(edge: TestEdge, matchId = 'm-1'): Promise<GrpcPlayer> {
  const player = await inQueue(edge);
  edge.matchmaking.assign(edge.matchmaking.ticketOf(player.playerId)!, edge.simulation.match(matchId));
  await player.event('seated');
  return player;
}

const detachedOf = (edge: TestEdge, player: GrpcPlayer) =>
  edge.session.detached.filter(({ playerId }) => playerId === player.playerId);

suite('a player who vanishes leaves nothing at the edge, and session hears it', () => {
  const phases = {
    'in the lobby': inLobby,
    'while a ticket is asked for': async (edge: TestEdge) => {
      edge.matchmaking.onCall = (method) => (method === 'createTicket' ? new Promise(() => {}) : undefined);
      const player = await inLobby(edge);
      player.call('findMatch').catch(() => {});
      return player;
    },
    'in the queue': inQueue,
    'while the match is looked for': async (edge: TestEdge) => {
      edge.matchmaking.onCall = (method) => (method === 'getMatch' ? new Promise(() => {}) : undefined);
      const player = await new GrpcPlayer(edge.grpcAddress).signIn();
      edge.session.kept.get(player.playerId)!.session.matchId = 'm-1';
      await player.play();
      await until('the edge asks', async () => 'edge.match_lookups' in (await edge.held()));
      edge.matchmaking.onCall = () => undefined;
      return player;
    },
    'in a seat': inSeat,
    'while the simulation is silent': async (edge: TestEdge) => {
      const player = await inQueue(edge);
      edge.simulation.silent = true;
      edge.matchmaking.assign(edge.matchmaking.ticketOf(player.playerId)!, edge.simulation.match('m-1'));
      await until('the edge asks for the seat', () => edge.simulation.attaches.length > 0);
      return player;
    },
  };
  for (const [phase, reach] of Object.entries(phases)) {
    test(phase, async () => {
      await using edge = await startTestEdge({ CLEW_CALL_MS: '500' });
      using player = await reach(edge);
      assert.notDeepEqual(await edge.held(), {});
      player.vanish();
      await until('session hears it', () => detachedOf(edge, player).length === 1);
      await edge.holdsNothing();
      assert.equal(await edge.counter('edge.streams_closed'), 1);
    });
  }

  test('while the stream opens: the attachment that succeeds later is undone', async () => {
    await using edge = await startTestEdge();
    const gate = Promise.withResolvers<void>();
    edge.session.onCall = (method) => (method === 'attachSession' ? gate.promise : undefined);
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    player.open();
    await until('the edge asks session', () => edge.session.calls.includes('attachSession'));
    player.vanish();
    await until('the edge has seen it', async () => !('edge.sinks' in (await edge.held())));
    gate.resolve();
    await until('session hears it', () => detachedOf(edge, player).length === 1);
    await edge.holdsNothing();
  });

  test('while matchmaking does not answer: the question is taken back', async () => {
    await using edge = await startTestEdge({ CLEW_CALL_MS: '60000' });
    using player = await inLobby(edge);
    const asked = Promise.withResolvers<AbortSignal>();
    edge.matchmaking.onCall = (_method, signal) => {
      asked.resolve(signal);
      return new Promise(() => {});
    };
    const finding = player.call('findMatch');
    const signal = await asked.promise;
    await Promise.all([assert.rejects(finding), player.vanish()]);
    await until('it is taken back', () => signal.aborted);
    await edge.holdsNothing();
  });

  test('while session does not answer: it is not waited for', async () => {
    await using edge = await startTestEdge({ CLEW_CALL_MS: '60000' });
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    edge.session.onCall = (method) => (method === 'attachSession' ? new Promise(() => {}) : undefined);
    player.open();
    await until('the edge asks session', () => edge.session.calls.includes('attachSession'));
    player.vanish();
    await edge.holdsNothing();
  });

  test('keeps the seat in the match, while who leaves gives it up', async () => {
    await using edge = await startTestEdge();
    using stays = await inSeat(edge);
    using leaves = await inSeat(edge);
    stays.vanish();
    await until('the simulation hears it', () => edge.simulation.detaches.length === 1);
    assert.equal(edge.simulation.detaches[0]?.leave, false);
    await leaves.call('leave');
    await until('the simulation hears that too', () => edge.simulation.detaches.length === 2);
    assert.equal(edge.simulation.detaches[1]?.leave, true);
    await until('the stream ends', () => leaves.ended);
    assert.deepEqual([leaves.ended?.code, leaves.ended?.reason], [Status.ABORTED, 'SESSION_ENDED']);
    assert.equal(edge.session.kept.has(leaves.playerId), false);
    assert.deepEqual(detachedOf(edge, leaves), []);
    await edge.holdsNothing();
  });

  test('who leaves is told at once, though the watch hears nothing', async () => {
    await using edge = await startTestEdge();
    await until('the edge watches', () => edge.session.cursors.length === 1);
    edge.session.onCall = (method) => (method === 'watchSessions' ? new Promise(() => {}) : undefined);
    edge.session.endWatches();
    await until('the edge watches again', () => edge.session.cursors.length === 2);
    using player = await inLobby(edge);
    await player.call('leave');
    await until('the stream ends', () => player.ended);
    assert.equal(player.ended?.reason, 'SESSION_ENDED');
  });

  test('who says good-bye to the stream only keeps the session', async () => {
    await using edge = await startTestEdge();
    using player = await inLobby(edge);
    player.stream?.end();
    await until('the stream ends', () => player.ended);
    assert.equal(player.ended?.code, Status.OK);
    await until('session hears it', () => detachedOf(edge, player).length === 1);
    await edge.holdsNothing();
  });
});

suite('a slow reader', () => {
  test('gets a keyframe when he reads again, nothing in between; others get every frame', async () => {
    await using edge = await startTestEdge({ CLEW_READER_STALL_MS: '60000' });
    using quick = await inSeat(edge);
    using signedIn = await new GrpcPlayer(edge.grpcAddress).signIn();
    edge.session.kept.get(signedIn.playerId)!.session.matchId = 'm-1';
    using slow = new RawReader(edge.grpcAddress, signedIn.token, 200);
    await until('he sits', () => slow.messages.some(({ event }) => event?.kind?.$case === 'seated'));
    edge.simulation.frame('m-1', 1, { keyframe: true });
    await until('both have the first frame', () => quick.frames.length === 1 && slow.frames.length === 1);

    slow.pause();
    let tick = 1;
    while (!slow.isFull) {
      edge.simulation.largeKeyframe('m-1', ++tick, 16_000);
      await until('the quick one has it', () => quick.frames.includes(`K${tick}`));
    }
    const before = edge.simulation.keyframesAsked.length;
    for (const last = tick + 60; tick < last; ) {
      edge.simulation.frame('m-1', ++tick);
      await until('the quick one has it', () => quick.frames.includes(String(tick)));
    }
    const asked = edge.simulation.keyframesAsked.length;
    assert.ok(asked <= before + 1, 'what cannot be taken is not asked for');

    slow.resume();
    await until('a keyframe is asked for', () => edge.simulation.keyframesAsked.length > asked);
    edge.simulation.frame('m-1', ++tick, { keyframe: true });
    edge.simulation.frame('m-1', ++tick);
    await until('he goes on', () => slow.frames.includes(String(tick)));
    const slowTicks = slow.frames.map((frame) => Number(frame.replace('K', '')));
    const missed = Array.from({ length: tick - 1 }, (_, index) => index + 1).filter((n) => !slowTicks.includes(n));
    assert.ok(missed.length >= 50, `he was spared ${missed.length} frames`);
    for (const [index, frame] of slow.frames.entries()) {
      const follows = frame.startsWith('K') || slowTicks[index] === slowTicks[index - 1]! + 1;
      assert.ok(follows, `${frame} has its base in ${slow.frames.join(' ')}`);
    }
    assert.equal(quick.frames.length, tick);
  });

  test('who does not read at all is cut with a reset, although he answers pings', async () => {
    await using edge = await startTestEdge({ CLEW_READER_STALL_MS: '200' });
    using signedIn = await new GrpcPlayer(edge.grpcAddress).signIn();
    using deaf = new RawReader(edge.grpcAddress, signedIn.token, 10, { deaf: true }); // not even the Welcome fits
    await until('he is cut', () => deaf.rstCode !== undefined);
    assert.equal(deaf.rstCode, constants.NGHTTP2_CANCEL);
    assert.ok(await deaf.ping());
    await edge.holdsNothing();
    assert.equal(await edge.counter('edge.streams_stalled'), 1);
    await until('session hears it', () => detachedOf(edge, signedIn).length === 1);
  });

  test('who shows no sign of life is cut and told, although the system takes whatever is written to him', async () => {
    await using edge = await startTestEdge({ CLEW_SILENCE_MAX_MS: '300', CLEW_HEARTBEAT_MS: '20' });
    using player = await inLobby(edge);
    await until('he is cut', () => player.ended !== undefined);
    assert.equal(player.ended?.code, Status.UNAVAILABLE);
    assert.equal(player.ended?.reason, 'PLAYER_SILENT');
    await edge.holdsNothing();
    assert.equal(await edge.counter('edge.streams_silent'), 1);
    await until('session hears it', () => detachedOf(edge, player).length === 1);
  });

  test('a message without inputs is a sign of life', async () => {
    await using edge = await startTestEdge({ CLEW_SILENCE_MAX_MS: '1000', CLEW_HEARTBEAT_MS: '20' });
    using player = await inLobby(edge);
    const signs = setInterval(() => player.send([]), 20);
    const heartbeats = () => player.events.filter(({ $case }) => $case === 'heartbeat').length;
    await until('two silences have passed, or he is cut', () => heartbeats() >= 100 || player.ended !== undefined);
    clearInterval(signs);
    assert.equal(player.ended, undefined);
    await until('he is cut when they end', () => player.ended !== undefined);
  });

  test('who does not take his last words is cut, too', async () => {
    await using edge = await startTestEdge({ CLEW_READER_STALL_MS: '60000' });
    using signedIn = await new GrpcPlayer(edge.grpcAddress).signIn();
    using deaf = new RawReader(edge.grpcAddress, signedIn.token, 10, { deaf: true });
    await until('the stream stands', async () => (await edge.held())['edge.players'] === 1);
    await signedIn.call('leave');
    await until('he is cut', () => deaf.rstCode !== undefined);
    assert.equal(deaf.rstCode, constants.NGHTTP2_CANCEL);
    await edge.holdsNothing();
  });

  test('to whom too many events must be told is cut, however patient the edge is', async () => {
    await using edge = await startTestEdge({ CLEW_READER_STALL_MS: '60000' });
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    using deaf = new RawReader(edge.grpcAddress, player.token, 10, { deaf: true });
    await until('the stream stands', async () => (await edge.held())['edge.players'] === 1);
    const asking = async () => {
      for (let n = 0; n < 1_000; n++) {
        await player.call('findMatch');
        await player.call('cancelMatch'); // he is idle: that must be told
      }
    };
    await assert.rejects(asking, { code: Status.FAILED_PRECONDITION });
    await until('he is cut', () => deaf.rstCode !== undefined);
    assert.equal(await edge.counter('edge.streams_stalled'), 1);
    await edge.holdsNothing();
  });
});

suite('a player’s stream', () => {
  test('tells first where it is, then where the player stands', async () => {
    await using edge = await startTestEdge();
    using player = await inLobby(edge);
    await player.event('idle');
    assert.deepEqual(
      player.events.map(({ $case }) => $case),
      ['welcome', 'idle'],
    );
  });

  test('says that it lives when there is nothing else to say', async () => {
    await using edge = await startTestEdge({ CLEW_HEARTBEAT_MS: '20' });
    using player = await inLobby(edge);
    await until('three heartbeats', () => player.events.filter(({ $case }) => $case === 'heartbeat').length >= 3);
  });

  test('is one: a newer wins, the older hears why, and its seat goes over', async () => {
    await using edge = await startTestEdge();
    using first = await inSeat(edge);
    edge.session.kept.get(first.playerId)!.session.matchId = 'm-1';
    using second = new GrpcPlayer(edge.grpcAddress);
    second.token = first.token;
    await second.play();
    await until('the older ends', () => first.ended);
    assert.deepEqual([first.ended?.code, first.ended?.reason], [Status.ABORTED, 'SESSION_REPLACED']);
    await second.event('seated');
    const [older, newer] = edge.simulation.attaches;
    assert.ok(newer!.sessionEpoch > older!.sessionEpoch);
    assert.deepEqual(detachedOf(edge, first), []);
    assert.equal((await edge.held())['edge.players'], 1);
  });

  test('whose attachment was overtaken by a newer one ends as replaced', async () => {
    await using edge = await startTestEdge();
    using older = await new GrpcPlayer(edge.grpcAddress).signIn();
    const gate = Promise.withResolvers<void>();
    edge.session.onCall = (method) => (method === 'attachSession' ? gate.promise : undefined);
    older.open();
    await until('the edge asks session', () => edge.session.calls.includes('attachSession'));
    edge.session.onCall = () => undefined;
    using newer = new GrpcPlayer(edge.grpcAddress);
    newer.token = older.token;
    await newer.play();
    const { epoch } = edge.session.kept.get(older.playerId)!.session;
    edge.session.attachedAs = (session) => ({ ...session, epoch: epoch - 1 });
    gate.resolve();
    await until('the older ends', () => older.ended);
    assert.equal(older.ended?.reason, 'SESSION_REPLACED');
    assert.equal(newer.ended, undefined);
  });

  test('ends by inputs that cannot be, and is told the field', async () => {
    await using edge = await startTestEdge();
    using player = await inSeat(edge);
    player.send([{ sequence: 1, tick: 1, forward: 128, strafe: 0, heading: 0, buttons: 0 }]);
    await until('the stream ends', () => player.ended);
    assert.deepEqual([player.ended?.code, player.ended?.field], [Status.INVALID_ARGUMENT, 'inputs[0].forward']);
    assert.equal(await edge.counter('edge.refused.invalid_argument'), 1);
    await until('session hears it', () => detachedOf(edge, player).length === 1);
    await edge.holdsNothing();
  });

  test('ends when inputs come too fast', async () => {
    await using edge = await startTestEdge({ CLEW_INPUT_RATE: '1', CLEW_INPUT_BURST: '5' });
    using player = await inSeat(edge);
    for (let sequence = 1; sequence <= 7; sequence++) {
      player.send([{ sequence, tick: 1, forward: 1, strafe: 0, heading: 0, buttons: 0 }]);
    }
    await until('the stream ends', () => player.ended);
    assert.deepEqual([player.ended?.code, player.ended?.reason], [Status.RESOURCE_EXHAUSTED, 'INPUT_RATE']);
    assert.ok(player.ended!.retryMs! > 0);
    assert.ok(edge.simulation.inputs.length <= 5);
  });

  test('drops inputs that were passed on, and inputs without a seat', async () => {
    await using edge = await startTestEdge();
    using player = await inLobby(edge);
    const input = (sequence: number) => ({ sequence, tick: 1, forward: 1, strafe: 0, heading: 0, buttons: 0 });
    player.send([input(1)]);
    await until('the edge took it', async () => (await edge.counter('edge.inputs')) === 1);
    await player.call('findMatch');
    edge.matchmaking.assign(edge.matchmaking.ticketOf(player.playerId)!, edge.simulation.match('m-1'));
    await player.event('seated');
    player.send([input(1), input(2)]);
    player.send([input(1), input(2), input(3)]);
    await until('the new ones arrived', () => edge.simulation.inputs.length === 3);
    assert.deepEqual(
      edge.simulation.inputs.map(({ sequence }) => sequence),
      [1, 2, 3],
    );
    assert.equal(player.ended, undefined);
  });

  test('opened while session is away is UNAVAILABLE, with a time to try again', async () => {
    await using edge = await startTestEdge();
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    await edge.session.stop();
    await player.play();
    assert.equal(player.ended?.code, Status.UNAVAILABLE);
    assert.ok(player.ended!.retryMs! > 0);
    await edge.holdsNothing();
    await edge.session.start();
    await until('it opens again', async () => (await player.play()).ended === undefined);
  });

  test('that session refuses ends with what session said', async () => {
    await using edge = await startTestEdge();
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    edge.session.kept.delete(player.playerId);
    await player.play();
    assert.deepEqual([player.ended?.code, player.ended?.reason], [Status.UNAUTHENTICATED, 'TOKEN_UNKNOWN']);
    await edge.holdsNothing();
  });

  test('that is one too many is refused, and the session is detached again', async () => {
    await using edge = await startTestEdge({ CLEW_PLAYERS_MAX: '1' });
    using first = await inLobby(edge);
    using second = await new GrpcPlayer(edge.grpcAddress).signIn();
    await second.play();
    assert.deepEqual([second.ended?.code, second.ended?.reason], [Status.RESOURCE_EXHAUSTED, 'EDGE_FULL']);
    await until('session hears it', () => detachedOf(edge, second).length === 1);
    assert.equal(first.ended, undefined);
  });

  test('that opens while the edge stops is sent to another, and detached again', async () => {
    await using edge = await startTestEdge();
    const gate = Promise.withResolvers<void>();
    edge.session.onCall = (method) => (method === 'attachSession' ? gate.promise : undefined);
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    player.open();
    await until('the edge asks session', () => edge.session.calls.includes('attachSession'));
    const stopped = edge.stop();
    gate.resolve();
    await stopped;
    await until('the stream ends', () => player.ended);
    assert.deepEqual([player.ended?.code, player.ended?.reason], [Status.UNAVAILABLE, 'EDGE_DRAINING']);
    assert.equal(detachedOf(edge, player).length, 1);
  });

  test('is one of so many that come in at once', async () => {
    await using edge = await startTestEdge({ CLEW_ENTRIES_MAX: '1' });
    const gate = Promise.withResolvers<void>();
    using first = await new GrpcPlayer(edge.grpcAddress).signIn();
    edge.session.onCall = () => gate.promise;
    first.open();
    await until('the edge asks session', async () => (await edge.held())['edge.entries'] === 1);
    using second = new GrpcPlayer(edge.grpcAddress);
    await assert.rejects(second.signIn(), { code: Status.RESOURCE_EXHAUSTED, reason: 'EDGE_BUSY', retryMs: 1_000 });
    gate.resolve();
    await until('the first is in', () => first.messages.length > 0);
    await second.signIn();
  });

  test('is sent to another edge when this one stops', async () => {
    await using edge = await startTestEdge();
    using player = await inSeat(edge);
    await edge.stop();
    assert.deepEqual([player.ended?.code, player.ended?.reason], [Status.UNAVAILABLE, 'EDGE_DRAINING']);
    assert.equal(detachedOf(edge, player).length, 1);
    assert.equal(edge.simulation.detaches[0]?.leave, false);
    await until('the trunk is gone', () => edge.simulation.trunks.size === 0);
  });
});

suite('a ticket', () => {
  test('is one, however often it is asked for', async () => {
    await using edge = await startTestEdge();
    using player = await inLobby(edge);
    const answers = await Promise.all([player.call('findMatch'), player.call('findMatch'), player.call('findMatch')]);
    assert.equal(new Set(answers.map(({ ticketId }) => ticketId)).size, 1);
    assert.equal(edge.matchmaking.created.length, 1);
    assert.deepEqual(edge.matchmaking.created[0]?.members[0]?.displayName, 'Ariadne');
  });

  test('is asked for by nobody who has a seat', async () => {
    await using edge = await startTestEdge();
    using player = await inSeat(edge);
    assert.deepEqual(await player.call('findMatch'), { ticketId: '', matchId: 'm-1' });
  });

  test('that ran out is asked for again by the edge: the player still waits', async () => {
    await using edge = await startTestEdge();
    using player = await inQueue(edge);
    edge.matchmaking.forget(edge.matchmaking.ticketOf(player.playerId)!);
    await until('there is another', () => edge.matchmaking.created.length === 2);
    assert.equal(edge.matchmaking.created[1]?.front, false);
    assert.equal(player.ended, undefined);
  });

  test('refused by an absent matchmaking leaves the player in the lobby', async () => {
    await using edge = await startTestEdge();
    using player = await inLobby(edge);
    await edge.matchmaking.stop();
    await assert.rejects(player.call('findMatch'), { code: Status.UNAVAILABLE });
    await edge.matchmaking.start();
    await until('it works again', () =>
      player.call('findMatch').then(
        () => true,
        () => false,
      ),
    );
  });

  test('withdrawn is out of the queue, and the player idle', async () => {
    await using edge = await startTestEdge();
    using player = await inQueue(edge);
    const ticketId = edge.matchmaking.ticketOf(player.playerId)!;
    await player.call('cancelMatch');
    assert.deepEqual(edge.matchmaking.cancelled, [ticketId]);
    await until('he is idle again', () => player.events.at(-1)?.$case === 'idle');
    assert.equal('edge.tickets' in (await edge.held()), false);
  });

  test('withdrawn while it is being placed does not bind the player to the match', async () => {
    await using edge = await startTestEdge();
    using player = await inQueue(edge);
    const ticketId = edge.matchmaking.ticketOf(player.playerId)!;
    edge.matchmaking.claim(ticketId);
    await player.call('cancelMatch');
    edge.session.kept.get(player.playerId)!.session.matchId = 'm-9';
    edge.matchmaking.assign(ticketId, edge.simulation.match('m-9'));
    await until('the pointer is cleared', () => edge.session.kept.get(player.playerId)!.session.matchId === '');
    assert.equal(edge.simulation.attaches.length, 0);
    await until('it is not asked for any more', async () => !('edge.tickets' in (await edge.held())));
  });

  test('withdrawn while it is being placed, and then lost, is not asked for any more', async () => {
    await using edge = await startTestEdge();
    using player = await inQueue(edge);
    const ticketId = edge.matchmaking.ticketOf(player.playerId)!;
    edge.matchmaking.claim(ticketId);
    await player.call('cancelMatch');
    edge.matchmaking.forget(ticketId);
    await until('it is not asked for any more', async () => !('edge.tickets' in (await edge.held())));
    assert.equal(player.ended, undefined);
  });

  test('withdrawn as the player vanishes is watched by nobody', async () => {
    await using edge = await startTestEdge();
    using player = await inQueue(edge);
    edge.matchmaking.claim(edge.matchmaking.ticketOf(player.playerId)!);
    await player.call('cancelMatch');
    player.vanish();
    await edge.holdsNothing();
  });

  test('withdrawn when the player has vanished meanwhile is watched by nobody, either', async () => {
    await using edge = await startTestEdge();
    using player = await inQueue(edge);
    edge.matchmaking.claim(edge.matchmaking.ticketOf(player.playerId)!);
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    edge.matchmaking.onCall = (method) => {
      if (method !== 'cancelTicket') return undefined;
      asked.resolve();
      return gate.promise;
    };
    player.call('cancelMatch').catch(() => {});
    await asked.promise;
    player.vanish();
    await until('the edge has seen it', async () => !('edge.players' in (await edge.held())));
    gate.resolve();
    await until('it is answered', () => edge.matchmaking.cancelled.length === 1);
    await edge.holdsNothing();
  });

  test('withdrawn while it is being placed is forgotten when the player asks for another', async () => {
    await using edge = await startTestEdge();
    using player = await inQueue(edge);
    const old = edge.matchmaking.ticketOf(player.playerId)!;
    edge.matchmaking.claim(old);
    await player.call('cancelMatch');
    edge.matchmaking.forget(old);
    edge.matchmaking.claim(old); // it stays in the middle of its placement
    const { ticketId } = await player.call('findMatch');
    assert.notEqual(ticketId, old);
    await until('only the new one is asked for', () => {
      const last = edge.matchmaking.renewals.at(-1);
      return last?.length === 1 && last[0] === ticketId;
    });
  });

  test('asked for as the player leaves is not waited for', async () => {
    await using edge = await startTestEdge();
    using player = await inLobby(edge);
    const gate = Promise.withResolvers<void>();
    edge.matchmaking.onCall = (method) => (method === 'createTicket' ? gate.promise : undefined);
    player.call('findMatch').catch(() => {});
    await player.call('leave');
    gate.resolve();
    await until('the stream ends', () => player.ended);
    await edge.holdsNothing();
  });

  test('renewals of all tickets go in one call', async () => {
    await using edge = await startTestEdge();
    using first = await inQueue(edge);
    using second = await inQueue(edge);
    const ids = [first, second].map(({ playerId }) => edge.matchmaking.ticketOf(playerId));
    await until('both are asked for at once', () =>
      edge.matchmaking.renewals.some((tickets) => ids.every((id) => id !== undefined && tickets.includes(id))),
    );
  });
});

suite('a seat', () => {
  test('given up is free at once, and the player idle', async () => {
    await using edge = await startTestEdge();
    using player = await inSeat(edge);
    edge.session.kept.get(player.playerId)!.session.matchId = 'm-1';
    await player.call('cancelMatch');
    assert.equal(edge.session.kept.get(player.playerId)!.session.matchId, '');
    await until('he is idle again', () => player.events.at(-1)?.$case === 'idle');
    await until('the simulation hears it', () => edge.simulation.detaches[0]?.leave === true);
  });

  test('that is refused leaves a refusal’s details whole', async () => {
    await using edge = await startTestEdge();
    using player = await inLobby(edge);
    edge.matchmaking.onCall = () => {
      throw new ServiceError(Status.FAILED_PRECONDITION, 'SOMETHING_ELSE', 'not now');
    };
    await assert.rejects(player.call('findMatch'), { code: Status.FAILED_PRECONDITION, reason: 'SOMETHING_ELSE' });
  });
});
