import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { suite, test } from 'node:test';
import { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import { type PlayRequest, type PlayResponse, PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import { Status } from 'nice-grpc-common';
import { type ErrorInfo, errorDetailsClientMiddleware, type RichClientError } from 'nice-grpc-error-details';
import { createChannel, createClientFactory, Metadata, WebsocketTransport } from 'nice-grpc-web';
import { WebSocket } from 'ws';
import { deafPlay, inputsFrame, maskedFrame, play, SocketCall } from '../../testing/socket-player.ts';
import { startTestEdge, type TestEdge } from '../../testing/test-edge.ts';
import { until } from '../../testing/until.ts';
import { signIn } from '../../testing/web-player.ts';

async function seated(edge: TestEdge): Promise<{ token: string; playerId: string }> {
  const { token, playerId } = await signIn(edge.webUrl);
  edge.matchmaking.matches.set('m-1', edge.simulation.match('m-1'));
  edge.session.kept.get(playerId)!.session.matchId = 'm-1';
  return { token, playerId };
}

const input = (sequence: number, more: Partial<Input> = {}) => Input.fromPartial({ sequence, tick: 1, ...more });

suite('the WebSocket door, for nice-grpc-web', () => {
  test('leads from sign-in by Play to a seat, frames, inputs and good-bye', async () => {
    await using edge = await startTestEdge();
    const client = createClientFactory()
      .use(errorDetailsClientMiddleware)
      .create(PlayServiceDefinition, createChannel(edge.webUrl, WebsocketTransport()));
    const { token, playerId } = await client.signIn({
      secret: randomBytes(32),
      displayName: 'Theseus',
      requestId: randomUUID(),
    });
    const metadata = new Metadata({ authorization: `Bearer ${token}` });
    const messages: PlayResponse[] = [];
    const steering = Promise.withResolvers<void>();
    async function* requests(): AsyncGenerator<Partial<PlayRequest>> {
      await steering.promise;
      yield { inputs: [input(1, { tick: 3, forward: 5 })] };
      await new Promise(() => {}); // the stream stays open
    }
    const ended = (async () => {
      for await (const message of client.play(requests(), { metadata })) messages.push(message);
    })();
    ended.catch(() => {});
    await until('the stream stands', () => messages.length > 0);
    const { ticketId } = await client.findMatch({ requestId: randomUUID() }, { metadata });
    edge.matchmaking.assign(ticketId, edge.simulation.match('m-1'));
    await until('the seat', () => messages.some(({ event }) => event?.kind?.$case === 'seated'));
    edge.simulation.frame('m-1', 1, { keyframe: true });
    edge.simulation.frame('m-1', 2, { own: [edge.simulation.channelOf(playerId)!] });
    await until('the frames', () => messages.at(-1)?.header?.tick === 2);
    assert.ok(messages.at(-1)?.own?.inputMargin);
    steering.resolve();
    await until('the input', () => edge.simulation.inputs[0]?.forward === 5);
    await client.leave({}, { metadata });
    await assert.rejects(ended, (error: RichClientError) => {
      assert.equal(error.code, Status.ABORTED);
      assert.equal((error.extra[0] as ErrorInfo).reason, 'SESSION_ENDED');
      return true;
    });
    await edge.holdsNothing();
  });
});

suite('a Play over WebSocket', () => {
  test('brings frames of any size whole, to all players of a match the same', async () => {
    await using edge = await startTestEdge();
    const players = await Promise.all([seated(edge), seated(edge)]);
    const calls = await Promise.all(players.map(({ token }) => play(edge.webUrl, token)));
    await until('both sit', () => players.every(({ playerId }) => edge.simulation.channelOf(playerId) !== undefined));
    for (const [index, cells] of [100, 200, 100_000].entries()) edge.simulation.largeKeyframe('m-1', index + 1, cells);
    edge.simulation.frame('m-1', 4, { own: [edge.simulation.channelOf(players[0]!.playerId)!] });
    await until('all came', () => calls.every(({ ticks }) => ticks.at(-1) === '4'));
    for (const call of calls) {
      const sizes = call.messages.flatMap(({ regions }) => regions[0]?.layout?.cells.length ?? []);
      assert.deepEqual(sizes, [100, 200, 100_000]);
    }
    const owns = calls.map(({ messages }) => messages.at(-1)?.own?.inputMargin !== undefined);
    assert.deepEqual(owns, [true, false]);
    for (const call of calls) call[Symbol.dispose]();
    await edge.holdsNothing();
  });

  test('is over when the player half-closes, closes or vanishes, and leaves nothing', async () => {
    await using edge = await startTestEdge();
    const ways: ((call: SocketCall) => void)[] = [
      (call) => call.halfClose(),
      (call) => call.socket.close(),
      (call) => call.socket.terminate(),
    ];
    for (const [index, leave] of ways.entries()) {
      const { token, playerId } = await seated(edge);
      using call = await play(edge.webUrl, token);
      await until('the seat', () => edge.simulation.channelOf(playerId) !== undefined);
      leave(call);
      await call.end();
      await until('session hears it', () => edge.session.detached.length === index + 1);
      await edge.holdsNothing();
    }
  });

  test('takes inputs that come before it stands', async () => {
    await using edge = await startTestEdge();
    const { token } = await signIn(edge.webUrl);
    using call = await play(edge.webUrl, token);
    call.send('play', { inputs: [input(1)] });
    await until('it counted', async () => (await edge.counter('edge.inputs')) === 1);
  });

  test('ends with a refusal, told with its details', async () => {
    await using edge = await startTestEdge();
    const refused = async (act: (call: SocketCall) => void) => {
      const { token } = await signIn(edge.webUrl);
      using call = await play(edge.webUrl, token);
      await until('it stands', () => call.messages.length > 0);
      act(call);
      await call.end();
      return [call.frames.refusal?.code, call.frames.refusal?.reason, call.frames.refusal?.field, call.closed];
    };
    const malformed = [Status.INVALID_ARGUMENT, 'INVALID_ARGUMENT', 'message', 1000];
    for (const bytes of [
      Buffer.of(),
      Buffer.of(2),
      Buffer.of(0),
      Buffer.of(0, 0, 0, 0, 0, 9, 1),
      Buffer.of(0, 7, 0, 0, 0, 0),
    ]) {
      assert.deepEqual(await refused(({ socket }) => socket.send(bytes)), malformed, bytes.toString('hex'));
    }
    assert.deepEqual(await refused(({ socket }) => socket.send(Buffer.of(0, 0, 0, 0, 0, 2, 0x0a, 0xff))), malformed);
    assert.deepEqual(await refused(({ socket }) => socket.send('text')), malformed);
    assert.deepEqual(await refused(({ socket }) => socket.send(Buffer.of(0, 1, 0, 0, 0, 0))), [
      ...[Status.UNIMPLEMENTED, 'METHOD_UNKNOWN', undefined, 1000],
    ]);
    const claim = Buffer.of(0, 0, 0x7f, 0xff, 0xff, 0xff);
    assert.deepEqual(await refused(({ socket }) => socket.send(claim)), [
      ...[Status.RESOURCE_EXHAUSTED, 'MESSAGE_TOO_LARGE', 'message', 1000],
    ]);
    const backwards = (call: SocketCall) => call.send('play', { inputs: [input(2), input(1)] });
    assert.deepEqual(await refused(backwards), [
      ...[Status.INVALID_ARGUMENT, 'INVALID_ARGUMENT', 'inputs[1].sequence', 1000],
    ]);
    const flood = (call: SocketCall) => {
      for (let sequence = 1; sequence <= 200; sequence++) call.send('play', { inputs: [input(sequence)] });
    };
    assert.deepEqual((await refused(flood)).slice(0, 2), [Status.RESOURCE_EXHAUSTED, 'INPUT_RATE']);
    await edge.holdsNothing();
  });

  test('with a token of nobody is refused', async () => {
    await using edge = await startTestEdge();
    using call = await play(edge.webUrl, `s0.${'0'.repeat(32)}.${'A'.repeat(43)}`);
    await call.end();
    assert.deepEqual([call.frames.refusal?.code, call.frames.refusal?.reason], [16, 'TOKEN_UNKNOWN']);
    await edge.holdsNothing();
  });

  test('goes as far as its deadline', async () => {
    await using edge = await startTestEdge();
    const { token } = await signIn(edge.webUrl);
    using call = await play(edge.webUrl, token, { 'grpc-timeout': '50m' });
    await call.end();
    assert.equal(call.frames.refusal?.reason, 'DEADLINE_EXCEEDED');
  });
});

suite('a reader at the WebSocket door', () => {
  test('who stops reading is cut with a reset', async () => {
    await using edge = await startTestEdge({ CLEW_READER_STALL_MS: '300' });
    const { token, playerId } = await seated(edge);
    const socket = await deafPlay(edge.webUrl, token);
    const gone = new Promise<Error>((resolve) => socket.once('error', resolve));
    await until('the seat', () => edge.simulation.channelOf(playerId) !== undefined);
    let tick = 0;
    await until('he is cut', async () => {
      edge.simulation.largeKeyframe('m-1', ++tick, 100_000);
      return (await edge.counter('edge.streams_stalled')) === 1;
    });
    socket.resume(); // now he looks
    assert.equal(((await gone) as NodeJS.ErrnoException).code, 'ECONNRESET');
    await edge.holdsNothing();
  });

  test('who stops reading is cut although he goes on steering and pinging', async () => {
    await using edge = await startTestEdge({ CLEW_READER_STALL_MS: '300' });
    const { token, playerId } = await seated(edge);
    const socket = await deafPlay(edge.webUrl, token);
    socket.on('error', () => {});
    await until('the seat', () => edge.simulation.channelOf(playerId) !== undefined);
    let tick = 0;
    await until('he is cut', async () => {
      edge.simulation.largeKeyframe('m-1', ++tick, 100_000);
      if (tick % 20 === 0) socket.write(maskedFrame(2, inputsFrame([input(tick)])));
      if (tick <= 3) socket.write(maskedFrame(9, Buffer.alloc(100)));
      return (await edge.counter('edge.streams_stalled')) === 1;
    });
    socket.destroy();
    await edge.holdsNothing();
  });

  test('who stops for a while and reads on is sent frames again', async () => {
    await using edge = await startTestEdge({ CLEW_READER_STALL_MS: '60000' });
    const { token, playerId } = await seated(edge);
    const socket = await deafPlay(edge.webUrl, token);
    await until('the seat', () => edge.simulation.channelOf(playerId) !== undefined);
    let tick = 0;
    let frames = 0;
    let still = 0;
    await until('nothing more is written for him', async () => {
      edge.simulation.largeKeyframe('m-1', ++tick, 100_000);
      const before = frames;
      frames = await edge.counter('edge.frames');
      still = frames > 0 && frames === before ? still + 1 : 0;
      return still === 20;
    });
    socket.resume();
    await until('he is sent frames', async () => {
      edge.simulation.largeKeyframe('m-1', ++tick, 100);
      return (await edge.counter('edge.frames')) > frames + 1;
    });
    socket.destroy();
    await edge.holdsNothing();
  });

  test('who pings on and on and does not take the answers is ended', async () => {
    await using edge = await startTestEdge({ CLEW_READER_STALL_MS: '60000' });
    const { token, playerId } = await seated(edge);
    const socket = await deafPlay(edge.webUrl, token);
    socket.on('error', () => {});
    await until('the seat', () => edge.simulation.channelOf(playerId) !== undefined);
    let tick = 0;
    await until('session hears it', () => {
      edge.simulation.largeKeyframe('m-1', ++tick, 100_000); // until the kernel takes nothing any more
      socket.write(maskedFrame(9, Buffer.alloc(100)));
      return edge.session.detached.length === 1;
    });
    socket.destroy();
    await edge.holdsNothing();
  });

  test('who does not answer the good-bye is cut', async () => {
    await using edge = await startTestEdge();
    const { token, playerId } = await seated(edge);
    const socket = await deafPlay(edge.webUrl, token);
    socket.on('error', () => {});
    await until('the seat', () => edge.simulation.channelOf(playerId) !== undefined);
    const stopped = edge.stop(); // ends all streams; he never says a word
    await stopped;
    socket.destroy();
  });
});

suite('calls of one question over WebSocket', () => {
  test('that are never asked, or not to the end, are cut', async () => {
    await using edge = await startTestEdge({ CLEW_REQUEST_MS: '100' });
    using silent = new SocketCall(edge.webUrl, 'signIn');
    await once(silent.socket, 'open');
    using half = await new SocketCall(edge.webUrl, 'signIn').open();
    using idle = new SocketCall(edge.webUrl, 'play');
    await Promise.all([silent.end(), half.end(), idle.end()]);
    assert.deepEqual([silent.closed, half.closed, idle.closed], [1006, 1006, 1006]);
    await edge.holdsNothing();
  });

  test('whose answer never comes do not hold up the stop', async () => {
    await using edge = await startTestEdge({ CLEW_CALL_MS: '600000' });
    edge.session.onCall = (method) => (method === 'createSession' ? new Promise(() => {}) : undefined);
    using call = await new SocketCall(edge.webUrl, 'signIn').open();
    call.send('signIn', { secret: randomBytes(32), displayName: 'x', requestId: randomUUID() });
    await until('it is asked', () => edge.session.calls.includes('createSession'));
    await edge.stop();
    await call.end();
    assert.equal(call.closed, 1006);
  });

  test('that are refused before they begin leave no connection, although the caller does not close', async () => {
    await using edge = await startTestEdge();
    const socket = connect({ port: Number(new URL(edge.webUrl).port), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    socket.write('GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    socket.resume();
    await once(socket, 'end');
    await until('it is gone', async () => {
      const { web } = (await edge.status()) as unknown as { web: { connections: number } };
      return web.connections === 0;
    });
    socket.destroy();
  });

  test('whose answer is late are told so', async () => {
    await using edge = await startTestEdge();
    edge.session.onCall = () => new Promise(() => {});
    using call = await new SocketCall(edge.webUrl, 'signIn').open({ 'grpc-timeout': '20m' });
    call.send('signIn', { secret: randomBytes(32), displayName: 'x', requestId: randomUUID() });
    await call.end();
    assert.equal(call.frames.refusal?.reason, 'DEADLINE_EXCEEDED');
  });

  test('without a question are refused', async () => {
    await using edge = await startTestEdge();
    using call = await new SocketCall(edge.webUrl, 'signIn').open();
    call.halfClose();
    await call.end();
    assert.equal(call.frames.refusal?.field, 'message');
  });

  test('with bytes that are none of theirs are refused', async () => {
    await using edge = await startTestEdge();
    for (const key of ['signIn', 'watch'] as const) {
      using call = await new SocketCall(edge.webUrl, key).open();
      call.socket.send(Buffer.of(0, 0, 0, 0, 0, 2, 0x0a, 0xff));
      await call.end();
      assert.equal(call.frames.refusal?.field, 'message', key);
    }
    using call = await new SocketCall(edge.webUrl, 'signIn').open({ ': ': '' });
    await call.end();
    assert.equal(call.frames.refusal?.field, 'message');
  });
});

suite('the handshake', () => {
  const failed = async (url: string, protocols: string[], headers: Record<string, string> = {}) => {
    const socket = new WebSocket(url, protocols, { headers });
    socket.on('error', () => {});
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    return response.statusCode;
  };

  test('refuses other protocols, paths and origins', async () => {
    await using edge = await startTestEdge({ CLEW_ALLOWED_ORIGINS: 'https://clew.example' });
    const url = edge.webUrl.replace('http', 'ws');
    const path = `${url}/clew.play.v1.PlayService/Play`;
    assert.equal(await failed(path, []), 400);
    assert.equal(await failed(path, ['graphql-ws']), 400);
    assert.equal(await failed(url, ['grpc-websockets']), 404);
    assert.equal(await failed(`${url}/clew.play.v1.PlayService/Nonsense`, ['grpc-websockets']), 404);
    assert.equal(await failed(path, ['grpc-websockets'], { origin: 'https://elsewhere.example' }), 403);
    const allowed = new SocketCall(edge.webUrl, 'play', { origin: 'https://clew.example' });
    await once(allowed.socket, 'open');
    assert.equal(allowed.socket.protocol, 'grpc-websockets');
    allowed[Symbol.dispose]();
    await edge.holdsNothing();
  });

  test('is for WebSocket only: other upgrades are not heard of', async () => {
    await using edge = await startTestEdge();
    const answer = await fetch(edge.webUrl, { method: 'HEAD' });
    const socket = connect(Number(new URL(edge.webUrl).port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n');
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    assert.match(bytes.toString(), new RegExp(`^HTTP/1.1 ${answer.status} `));
    socket.destroy();
  });
});

suite('garbage at the WebSocket door', () => {
  test('ends no process and leaves nothing', async () => {
    await using edge = await startTestEdge({ CLEW_REQUEST_MS: '500' });
    const { token } = await signIn(edge.webUrl);
    const frames = [
      randomBytes(200),
      Buffer.of(0x82, 5, 1, 2, 3, 4, 5), // not masked
      maskedFrame(2, randomBytes(300)),
      maskedFrame(3, Buffer.alloc(3)), // no such opcode
      maskedFrame(8, Buffer.of(0)), // half a code
      maskedFrame(2, Buffer.alloc(60_000)),
      Buffer.of(0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
      Buffer.concat(Array.from({ length: 100 }, (_, at) => Buffer.of(at === 0 ? 2 : 0, 0x81, 0, 0, 0, 0, 7))), // pieces
      Buffer.concat(Array.from({ length: 2_000 }, () => maskedFrame(9, Buffer.alloc(50)))),
    ];
    for (const frame of frames) {
      const socket = await deafPlay(edge.webUrl, token);
      const gone = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
      socket.resume();
      socket.end(frame);
      await gone;
    }
    const { token: fresh } = await signIn(edge.webUrl);
    using call = await play(edge.webUrl, fresh);
    await until('players still come in', () => call.messages.length > 0);
    call[Symbol.dispose]();
    await edge.holdsNothing();
  });
});
