import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { SignInRequest } from '@clew/protocol/clew/play/v1/play.ts';
import { Client, credentials } from '@grpc/grpc-js';
import { Status } from 'nice-grpc-common';
import { GrpcPlayer } from '../../testing/grpc-player.ts';
import { RawReader } from '../../testing/raw-reader.ts';
import { refusalOf } from '../../testing/refusal.ts';
import { startTestEdge, type TestEdge } from '../../testing/test-edge.ts';
import { until } from '../../testing/until.ts';
import { dataFrame } from '../web/frames.ts';

const raw = (message: Buffer) => message;

/** A unary call of these bytes, and how it was refused. */
function refusalOfBytes(grpcAddress: string, method: string, bytes: Buffer) {
  const client = new Client(grpcAddress, credentials.createInsecure());
  return new Promise<ReturnType<typeof refusalOf> | undefined>((resolve) => {
    client.makeUnaryRequest(`/clew.play.v1.PlayService/${method}`, raw, raw, bytes, (error) => {
      client.close();
      resolve(error === null ? undefined : refusalOf(error));
    });
  });
}

suite('the gRPC door', () => {
  test('leads from sign-in by the stream and the queue to a seat and its frames', async () => {
    await using edge = await startTestEdge();
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    assert.match(player.playerId, /^[0-9a-f]{32}$/);
    await player.play();
    assert.deepEqual((await player.event('welcome')).value.edge, {
      webUrl: edge.webUrl,
      grpcAddress: edge.grpcAddress,
    });

    const { ticketId } = await player.call('findMatch', {});
    edge.matchmaking.place(ticketId, 3, 7);
    const queued = await until('the place is told', () =>
      player.events.find((kind) => kind.$case === 'queued' && kind.value.place === 3),
    );
    assert.deepEqual(queued.value, { ticketId, place: 3, waiting: 7 });

    edge.matchmaking.assign(ticketId, edge.simulation.match('m-1'));
    const seated = await player.event('seated');
    assert.deepEqual(seated.value, { matchId: 'm-1', seat: 0 });
    assert.deepEqual(edge.simulation.edgeIds, ['edge-test']);

    edge.simulation.frame('m-1', 10, { keyframe: true });
    edge.simulation.frame('m-1', 11);
    edge.simulation.frame('m-1', 12, { own: [edge.simulation.channelOf(player.playerId)!] });
    await until('all frames came', () => player.frames.length === 3);
    assert.deepEqual(player.frames, ['K10', '11', '12']);
    assert.equal(player.messages.at(-1)?.own?.inputMargin?.marginMs, edge.simulation.channelOf(player.playerId));

    player.send([{ sequence: 1, tick: 13, forward: 127, strafe: 0, heading: 9, buttons: 1 }]);
    await until('the input arrived', () => edge.simulation.inputs.length === 1);
    assert.equal(edge.simulation.inputs[0]?.heading, 9);
  });

  test('has Watch, too', async () => {
    await using edge = await startTestEdge();
    using player = await new GrpcPlayer(edge.grpcAddress).signIn();
    using reader = new RawReader(edge.grpcAddress, player.token, 65_535);
    await until('it stands', () => reader.messages.length > 0);
    assert.equal(reader.messages[0]?.event?.kind?.$case, 'welcome');
  });

  test('tells its health and its services', async () => {
    await using edge = await startTestEdge();
    const client = new Client(edge.grpcAddress, credentials.createInsecure());
    const health = await new Promise<Buffer | undefined>((resolve, reject) =>
      client.makeUnaryRequest('/grpc.health.v1.Health/Check', raw, raw, Buffer.alloc(0), (error, answer) =>
        error === null ? resolve(answer) : reject(error),
      ),
    );
    assert.deepEqual(health, Buffer.from([0x08, 1]));
    const reflection = client.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      raw,
      raw,
    );
    reflection.write(Buffer.from([0x3a, 1, 0x2a])); // list_services "*"
    const [reply] = (await once(reflection, 'data')) as [Buffer];
    assert.match(reply.toString('latin1'), /clew\.play\.v1\.PlayService/);
    reflection.end();
    client.close();
  });
});

suite('what the gRPC door refuses', () => {
  const cases: Record<string, (player: GrpcPlayer, edge: TestEdge) => readonly [Promise<unknown>, object]> = {
    'a secret of another length': (player) => [
      player.call('signIn', { secret: randomBytes(31), displayName: 'A' }),
      { code: Status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT', field: 'secret' },
    ],
    'an empty name': (player) => [
      player.call('signIn', { secret: player.secret, displayName: '  ' }),
      { code: Status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT', field: 'display_name' },
    ],
    'a request id that is none': (player) => [
      player.call('signIn', { secret: player.secret, displayName: 'A', requestId: 'x' }),
      { code: Status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT', field: 'request_id' },
    ],
    'a call without a token': (player) => [
      player.call('leave', {}, ''),
      { code: Status.UNAUTHENTICATED, reason: 'TOKEN_MISSING' },
    ],
    'a token that is none': (player) => [
      player.call('resume', {}, 'open sesame'),
      { code: Status.UNAUTHENTICATED, reason: 'TOKEN_UNKNOWN' },
    ],
    'a token that nobody gave': (player) => [
      player.call('resume', {}, `s0.${'0'.repeat(32)}.${'A'.repeat(43)}`),
      { code: Status.UNAUTHENTICATED, reason: 'TOKEN_UNKNOWN' },
    ],
    'a match for a player without a stream': (player) => [
      player.call('findMatch'),
      { code: Status.FAILED_PRECONDITION, reason: 'NO_STREAM' },
    ],
    'a match for a player whose stream is elsewhere': (player, edge) => {
      const { session } = edge.session.kept.get(player.playerId)!;
      Object.assign(session, { state: 1, edgeId: 'another' });
      return [player.call('findMatch'), { code: Status.FAILED_PRECONDITION, reason: 'WRONG_EDGE' }];
    },
    'steering without the stream': (player) => [
      player.call('steer', { inputs: [] }),
      { code: Status.FAILED_PRECONDITION, reason: 'WRONG_EDGE' },
    ],
  };
  for (const [what, refuse] of Object.entries(cases)) {
    test(what, async () => {
      await using edge = await startTestEdge();
      using player = await new GrpcPlayer(edge.grpcAddress).signIn();
      const [call, expected] = refuse(player, edge);
      await assert.rejects(call, expected);
      const { counters } = await edge.status();
      const refused = Object.entries(counters).filter(([name, times]) => name.startsWith('edge.refused.') && times > 0);
      assert.equal(refused.length, 1, 'it is counted');
    });
  }

  test('a second sign-in while a stream is open, unless it takes over', async () => {
    await using edge = await startTestEdge();
    using player = await (await new GrpcPlayer(edge.grpcAddress).signIn()).play();
    using again = new GrpcPlayer(edge.grpcAddress);
    await assert.rejects(again.signIn({ secret: player.secret }), {
      code: Status.FAILED_PRECONDITION,
      reason: 'SESSION_ACTIVE',
    });
    await again.signIn({ secret: player.secret, takeOver: true });
    assert.equal(again.playerId, player.playerId);
  });

  test('sign-ins too fast from one address', async () => {
    await using edge = await startTestEdge({ CLEW_SIGN_IN_RATE: '1', CLEW_SIGN_IN_BURST: '2' });
    using player = new GrpcPlayer(edge.grpcAddress);
    await player.signIn();
    await player.signIn();
    await assert.rejects(player.signIn(), { code: Status.RESOURCE_EXHAUSTED, reason: 'SIGN_IN_RATE', retryMs: 1_000 });
  });

  test('tokens, when too many of an address were unknown, without asking session', async () => {
    await using edge = await startTestEdge({ CLEW_SIGN_IN_RATE: '1', CLEW_SIGN_IN_BURST: '2' });
    using player = new GrpcPlayer(edge.grpcAddress);
    const guess = () => player.call('resume', {}, `s0.${'0'.repeat(32)}.${randomBytes(32).toString('base64url')}`);
    for (let n = 0; n < 2; n++) await assert.rejects(guess(), { reason: 'TOKEN_UNKNOWN' });
    await assert.rejects(guess(), { code: Status.RESOURCE_EXHAUSTED, reason: 'TOKEN_RATE' });
    assert.equal(edge.session.calls.filter((method) => method === 'resumeSession').length, 2);
  });

  test('a message over the limit, and one that is none, with details of their own', async () => {
    await using edge = await startTestEdge();
    const large = await refusalOfBytes(edge.grpcAddress, 'SignIn', Buffer.alloc(16 * 1024 + 1));
    assert.deepEqual(
      [large?.code, large?.reason, large?.field],
      [Status.RESOURCE_EXHAUSTED, 'MESSAGE_TOO_LARGE', 'message'],
    );
    const malformed = await refusalOfBytes(edge.grpcAddress, 'SignIn', Buffer.from([0x0a, 0xff, 0xff]));
    assert.deepEqual([malformed?.code, malformed?.field], [Status.INVALID_ARGUMENT, 'message']);
    assert.equal(await edge.counter('edge.refused.resource_exhausted'), 1);
  });

  test('a message over the limit on a stream, which ends', async () => {
    await using edge = await startTestEdge();
    using player = await (await new GrpcPlayer(edge.grpcAddress).signIn()).play();
    const hands = { tick: 1, forward: 1, strafe: 1, heading: 60_000, buttons: 1 };
    player.send(Array.from({ length: 3_000 }, (_, index) => ({ sequence: index + 1, ...hands })));
    await until('the stream ends', () => player.ended);
    assert.deepEqual([player.ended?.code, player.ended?.reason], [Status.RESOURCE_EXHAUSTED, 'MESSAGE_TOO_LARGE']);
    await until('session hears it', () => edge.session.detached.length === 1);
    await edge.holdsNothing();
  });

  test('who goes on sending when the answer was given', async () => {
    await using edge = await startTestEdge({ CLEW_REQUEST_MS: '60000' });
    const session = connect(`http://${edge.grpcAddress}`);
    session.on('error', () => {});
    const call = session.request({
      ':method': 'POST',
      ':path': '/clew.play.v1.PlayService/SignIn',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    call.on('error', () => {});
    call.resume();
    call.write(Buffer.alloc(20_000, 1)); // says that it is larger than may be, and does not end
    await once(call, 'close');
    assert.equal(call.rstCode, constants.NGHTTP2_CANCEL);
    session.destroy();
  });

  test('who does not read the answer', async () => {
    await using edge = await startTestEdge();
    const session = connect(`http://${edge.grpcAddress}`, { settings: { initialWindowSize: 0 } });
    session.on('error', () => {});
    const call = session.request({
      ':method': 'POST',
      ':path': '/clew.play.v1.PlayService/SignIn',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    call.on('error', () => {});
    call.resume();
    const question = SignInRequest.encode(
      SignInRequest.fromPartial({ secret: Buffer.alloc(32, 1), displayName: 'Ariadne', requestId: randomUUID() }),
    ).finish();
    call.end(dataFrame(question));
    await once(call, 'close');
    assert.equal(call.rstCode, constants.NGHTTP2_CANCEL);
    session.destroy();
  });

  test('who calls and never asks', async () => {
    await using edge = await startTestEdge({ CLEW_REQUEST_MS: '50' });
    const session = connect(`http://${edge.grpcAddress}`);
    session.on('error', () => {});
    for (const method of ['SignIn', 'Watch']) {
      const call = session.request({
        ':method': 'POST',
        ':path': `/clew.play.v1.PlayService/${method}`,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      call.on('error', () => {});
      call.resume();
      await once(call, 'close');
      assert.equal(call.rstCode, constants.NGHTTP2_CANCEL, method);
    }
    session.destroy();
  });
});

suite('garbage at the gRPC door', () => {
  test('ends no process and leaves nothing', async () => {
    await using edge = await startTestEdge();
    const port = Number(edge.grpcAddress.split(':')[1]);
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    for (let round = 0; round < 30; round++) {
      const socket: Socket = connectTcp(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(round % 2 === 0 ? randomBytes(200) : Buffer.concat([preface, randomBytes(200)]));
      socket.resume();
      socket.end();
      await once(socket, 'close');
    }
    const session = connect(`http://${edge.grpcAddress}`);
    session.on('error', () => {});
    for (const headers of [
      { ':path': '/clew.play.v1.PlayService/Nonsense' },
      { ':path': '/\u00ff\u00fe%00/x' },
      { ':path': '/clew.play.v1.PlayService/SignIn', 'grpc-timeout': 'never' },
      { ':path': '/clew.play.v1.PlayService/SignIn', 'grpc-timeout': '99999999H' },
      { ':path': '/clew.play.v1.PlayService/SignIn', 'grpc-encoding': 'gzip' },
      { ':path': '/clew.play.v1.PlayService/Play', 'grpc-status-details-bin': '%%%' },
      { ':path': '/clew.play.v1.PlayService/Play', authorization: `Bearer ${'x'.repeat(8_000)}` },
      { ':path': '/clew.play.v1.PlayService/Watch', 'content-type': 'text/plain' },
      { ':path': '/grpc.health.v1.Health/Watch' },
    ]) {
      for (const body of [Buffer.alloc(0), Buffer.from([1, 0, 0, 0, 5, 1, 2, 3, 4, 5]), randomBytes(64)]) {
        const call = session.request({
          ':method': 'POST',
          'content-type': 'application/grpc',
          te: 'trailers',
          ...headers,
        });
        call.on('error', () => {});
        call.resume();
        call.end(body);
        await Promise.race([once(call, 'close'), once(call, 'end')]);
      }
    }
    session.destroy();
    using player = await (await new GrpcPlayer(edge.grpcAddress).signIn()).play();
    assert.equal(player.ended, undefined, 'the door still works');
    player.vanish();
    await edge.holdsNothing();
  });
});
