import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { PlayServiceDefinition, WatchRequest, WatchResponse } from '@clew/protocol/clew/play/v1/play.ts';
import { Status } from 'nice-grpc-common';
import { ErrorInfo, errorDetailsClientMiddleware, type RichClientError } from 'nice-grpc-error-details';
import { createChannel, createClientFactory, Metadata } from 'nice-grpc-web';
import { startTestEdge, type TestEdge } from '../../testing/test-edge.ts';
import { until } from '../../testing/until.ts';
import { answerOf, call, contentType, type Encoding, FrameReader, post, signIn } from '../../testing/web-player.ts';
import { dataFrame, encoded } from './frames.ts';

/** A Watch by fetch alone, read as it comes. */
async function watch(webUrl: string, token: string, encoding: Encoding, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const http = await fetch(`${webUrl}/clew.play.v1.PlayService/Watch`, {
    method: 'POST',
    headers: { 'content-type': contentType(encoding), authorization: `Bearer ${token}`, ...headers },
    body: encoded(dataFrame(WatchRequest.encode({}).finish()), encoding) as BodyInit,
    signal: abort.signal,
  });
  const frames = new FrameReader(encoding);
  const read = (async () => {
    for await (const bytes of http.body!) frames.add(bytes);
  })().catch(() => {});
  return {
    http,
    frames,
    read,
    messages: () => frames.messages.map((bytes) => WatchResponse.decode(bytes)),
    ticks: () => frames.messages.flatMap((bytes) => WatchResponse.decode(bytes).header?.tick ?? []),
    close: () => abort.abort(),
  };
}

async function seat(edge: TestEdge, playerId: string): Promise<void> {
  edge.matchmaking.matches.set('m-1', edge.simulation.match('m-1'));
  edge.session.kept.get(playerId)!.session.matchId = 'm-1';
}

suite('the web door, for nice-grpc-web', () => {
  test('leads from sign-in by Watch to a seat, frames, steering and good-bye', async () => {
    await using edge = await startTestEdge();
    const client = createClientFactory()
      .use(errorDetailsClientMiddleware)
      .create(PlayServiceDefinition, createChannel(edge.webUrl));
    const { token, playerId, edges } = await client.signIn({
      secret: randomBytes(32),
      displayName: 'Theseus',
      requestId: randomUUID(),
    });
    assert.deepEqual(edges, [{ webUrl: edge.webUrl, grpcAddress: edge.grpcAddress }]);
    const metadata = new Metadata({ authorization: `Bearer ${token}` });
    const messages: WatchResponse[] = [];
    const ended = (async () => {
      for await (const message of client.watch({}, { metadata })) messages.push(message);
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

    await client.steer({ inputs: [{ sequence: 1, tick: 3, forward: 5 }] }, { metadata });
    await until('the input', () => edge.simulation.inputs[0]?.forward === 5);
    await assert.rejects(
      client.steer({ inputs: [{ sequence: 2, tick: 3_000 }] }, { metadata }),
      (error: RichClientError) => {
        assert.equal(error.code, Status.INVALID_ARGUMENT);
        const info = error.extra.find((detail) => detail.$type === ErrorInfo.$type) as ErrorInfo;
        assert.equal(info.reason, 'INVALID_ARGUMENT');
        return true;
      },
    );
    await client.leave({}, { metadata });
    await assert.rejects(ended, (error: RichClientError) => {
      assert.equal(error.code, Status.ABORTED);
      assert.equal((error.extra[0] as ErrorInfo).reason, 'SESSION_ENDED');
      return true;
    });
    await edge.holdsNothing();
  });
});

for (const encoding of ['binary', 'text'] as const) {
  suite(`the web door, for fetch alone, ${encoding}`, () => {
    test('answers calls and streams frames as they come', async () => {
      await using edge = await startTestEdge();
      const { token, playerId } = await signIn(edge.webUrl, encoding);
      await seat(edge, playerId);
      const stream = await watch(edge.webUrl, token, encoding);
      assert.match(stream.http.headers.get('content-type')!, encoding === 'text' ? /web-text\+proto$/ : /web\+proto$/);
      await until('the seat', () => stream.messages().some(({ event }) => event?.kind?.$case === 'seated'));
      for (let tick = 1; tick <= 5; tick++) {
        edge.simulation.frame('m-1', tick, {
          keyframe: tick === 1,
          own: tick % 2 === 0 ? [edge.simulation.channelOf(playerId)!] : [],
        });
        await until(`tick ${tick} came`, () => stream.ticks().at(-1) === tick);
      }
      const { refusal } = await call(edge.webUrl, 'leave', {}, { token, encoding });
      assert.equal(refusal, undefined);
      await stream.read;
      assert.deepEqual([stream.frames.refusal?.code, stream.frames.refusal?.reason], [Status.ABORTED, 'SESSION_ENDED']);
      await edge.holdsNothing();
    });

    test('a tab that is closed leaves nothing', async () => {
      await using edge = await startTestEdge();
      const { token, playerId } = await signIn(edge.webUrl, encoding);
      await seat(edge, playerId);
      const stream = await watch(edge.webUrl, token, encoding);
      await until('the seat', () => edge.simulation.channelOf(playerId) !== undefined);
      stream.close();
      await until('session hears it', () => edge.session.detached.length === 1);
      await edge.holdsNothing();
    });

    test('refusals are trailers with details', async () => {
      await using edge = await startTestEdge();
      const { http, refusal } = await call(edge.webUrl, 'signIn', { displayName: 'x' }, { encoding });
      assert.equal(http.status, 200);
      assert.deepEqual([refusal?.code, refusal?.field], [Status.INVALID_ARGUMENT, 'secret']);
      const stream = await watch(edge.webUrl, `s0.${'0'.repeat(32)}.${'A'.repeat(43)}`, encoding);
      await stream.read;
      assert.deepEqual(
        [stream.frames.refusal?.code, stream.frames.refusal?.reason],
        [Status.UNAUTHENTICATED, 'TOKEN_UNKNOWN'],
      );
    });
  });
}

suite('a reader at the web door', () => {
  test('who stops reading is cut with a reset', async () => {
    await using edge = await startTestEdge({ CLEW_READER_STALL_MS: '300' });
    const { token, playerId } = await signIn(edge.webUrl);
    await seat(edge, playerId);
    const socket = connect(Number(new URL(edge.webUrl).port), '127.0.0.1');
    const gone = new Promise<Error>((resolve) => socket.once('error', resolve));
    const body = dataFrame(WatchRequest.encode({}).finish());
    socket.write(
      `POST /clew.play.v1.PlayService/Watch HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web\r\nauthorization: Bearer ${token}\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
    socket.pause(); // the kernel's buffers fill, then nothing moves
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
});

suite('an answer at the web door', () => {
  test('that nobody reads is cut off', async (t) => {
    const webRoot = await mkdtemp(join(tmpdir(), 'clew-pages-'));
    t.after(() => rm(webRoot, { recursive: true }));
    await writeFile(join(webRoot, 'index.html'), Buffer.alloc(32 * 1024 * 1024)); // more than any socket takes
    await using edge = await startTestEdge({ CLEW_WEB_ROOT: webRoot, CLEW_REQUEST_MS: '300' });
    const socket = connect(Number(new URL(edge.webUrl).port), '127.0.0.1');
    t.after(() => socket.destroy());
    const gone = new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    socket.pause();
    await until('it is cut', async () => (await edge.status()).web.connections === 0);
    socket.resume();
    assert.equal((await gone).code, 'ECONNRESET');
  });
});

suite('connections of the web door', () => {
  test('that never ask, or not to the end, are closed', async () => {
    await using edge = await startTestEdge({ CLEW_REQUEST_MS: '100' });
    const head = 'POST /clew.play.v1.PlayService/SignIn HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web\r\n';
    for (const bytes of ['', head, `${head}content-length: 100\r\n\r\nhalf`]) {
      const socket = connect(Number(new URL(edge.webUrl).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.write(bytes);
      await once(socket, 'close');
    }
    assert.equal(await edge.counter('edge.web_garbage'), 3);
  });

  test('that were answered are kept for a while, not longer', async () => {
    await using edge = await startTestEdge({ CLEW_KEEP_ALIVE_MS: '100' });
    const socket = connect(Number(new URL(edge.webUrl).port), '127.0.0.1');
    const answer: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => answer.push(bytes));
    socket.write('GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(socket, 'close');
    assert.match(Buffer.concat(answer).toString(), /^connection: keep-alive/im);
  });

  test('that ask on and on do not hold up the stop', async () => {
    await using edge = await startTestEdge({ CLEW_REQUEST_MS: '600000' });
    const socket = connect(Number(new URL(edge.webUrl).port), '127.0.0.1');
    socket.on('error', () => {}).resume();
    socket.write('POST /clew.play.v1.PlayService/SignIn HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    await until('the edge sees it', async () => (await edge.status()).web.connections === 1);
    await Promise.all([edge.stop(), once(socket, 'close')]);
  });

  test('are so many at once', async () => {
    await using edge = await startTestEdge({ CLEW_PLAYERS_MAX: '1' });
    const sockets = Array.from({ length: 5 }, () => connect(Number(new URL(edge.webUrl).port), '127.0.0.1'));
    const closed = sockets.map((socket) => once(socket.on('error', () => {}).resume(), 'close').then(() => socket));
    const surplus = await Promise.race(closed);
    assert.equal(surplus.bytesRead, 0);
    for (const socket of sockets) socket.destroy();
  });
});

suite('deadlines at the web door', () => {
  test('end a call whose answer does not come, and a stream in time', async () => {
    await using edge = await startTestEdge();
    const { token } = await signIn(edge.webUrl);
    const stream = await watch(edge.webUrl, token, 'binary', { 'grpc-timeout': '50m' });
    await stream.read;
    assert.deepEqual([stream.frames.refusal?.code, stream.frames.refusal?.reason], [4, 'DEADLINE_EXCEEDED']);
    edge.session.onCall = () => new Promise(() => {});
    const { refusal } = await call(edge.webUrl, 'resume', {}, { token, headers: { 'grpc-timeout': '20m' } });
    assert.equal(refusal?.code, Status.DEADLINE_EXCEEDED);
  });
});

suite('pages of other origins', () => {
  const origin = 'https://elsewhere.example';

  test('are asked and answered as CORS wants', async () => {
    await using edge = await startTestEdge();
    const preflight = await fetch(`${edge.webUrl}/clew.play.v1.PlayService/Steer`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
    assert.match(preflight.headers.get('access-control-allow-methods')!, /POST/);
    for (const header of [
      'content-type',
      'x-grpc-web',
      'x-user-agent',
      'grpc-timeout',
      'authorization',
      'traceparent',
    ]) {
      assert.match(preflight.headers.get('access-control-allow-headers')!, new RegExp(header));
    }
    const { http } = await call(edge.webUrl, 'signIn', {}, { headers: { origin } });
    assert.equal(http.headers.get('access-control-allow-origin'), '*');
    for (const header of ['grpc-status', 'grpc-message', 'grpc-status-details-bin']) {
      assert.match(http.headers.get('access-control-expose-headers')!, new RegExp(header));
    }
  });

  test('that are not on the list are not let in', async () => {
    await using edge = await startTestEdge({ CLEW_ALLOWED_ORIGINS: 'https://clew.example' });
    const ask = (origin: string) =>
      fetch(`${edge.webUrl}/clew.play.v1.PlayService/Steer`, { method: 'OPTIONS', headers: { origin } });
    assert.equal((await ask(origin)).headers.get('access-control-allow-origin'), null);
    const allowed = await ask('https://clew.example');
    assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://clew.example');
    assert.equal(allowed.headers.get('vary'), 'origin');
  });
});

suite('what the web door refuses', () => {
  test('methods, content types and paths that are none', async () => {
    await using edge = await startTestEdge();
    const path = `${edge.webUrl}/clew.play.v1.PlayService/SignIn`;
    const got = await fetch(path);
    assert.deepEqual([got.status, got.headers.get('allow')], [405, 'POST, OPTIONS']);
    const json = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    assert.equal(json.status, 415);
    assert.match(json.headers.get('accept-post')!, /grpc-web/);
    for (const [method, code] of [
      ['Nonsense', Status.UNIMPLEMENTED],
      ['Play', Status.UNIMPLEMENTED],
      ['signIn', Status.UNIMPLEMENTED],
      ['', Status.UNIMPLEMENTED],
    ] as const) {
      const { refusal } = await answerOf(await post(edge.webUrl, method, dataFrame(Buffer.alloc(0))), 'binary');
      assert.deepEqual([refusal?.code, refusal?.reason], [code, 'METHOD_UNKNOWN']);
    }
    const other = await fetch(`${edge.webUrl}/grpc.health.v1.Health/Check`, {
      method: 'POST',
      headers: { 'content-type': 'application/grpc-web' },
      body: dataFrame(Buffer.alloc(0)) as BodyInit,
    });
    assert.equal((await answerOf(other, 'binary')).refusal?.code, Status.UNIMPLEMENTED);
  });

  test('messages over the limit, wherever they say it', async () => {
    await using edge = await startTestEdge();
    for (const bytes of [20_000, 200_000, 3_000_000]) {
      const answer = await answerOf(await post(edge.webUrl, 'Steer', Buffer.alloc(bytes)), 'binary');
      assert.deepEqual(
        [answer.refusal?.code, answer.refusal?.reason, answer.refusal?.field],
        [Status.RESOURCE_EXHAUSTED, 'MESSAGE_TOO_LARGE', 'message'],
        `${bytes} bytes`,
      );
    }
    const claims = await answerOf(await post(edge.webUrl, 'Steer', Buffer.from([0, 0x7f, 0xff, 0xff, 0xff])), 'binary');
    assert.equal(claims.refusal?.reason, 'MESSAGE_TOO_LARGE');
  });

  test('messages that are none of the method’s', async () => {
    await using edge = await startTestEdge();
    const { refusal } = await answerOf(
      await post(edge.webUrl, 'SignIn', dataFrame(Buffer.from([0x0a, 0xff]))),
      'binary',
    );
    assert.deepEqual([refusal?.code, refusal?.field], [Status.INVALID_ARGUMENT, 'message']);
  });
});

suite('garbage at the web door', () => {
  test('ends no process and leaves nothing', async () => {
    await using edge = await startTestEdge();
    const port = Number(new URL(edge.webUrl).port);
    for (const type of ['application/grpc-web', 'application/grpc-web-text', 'application/grpc-web+proto; charset=x']) {
      for (const method of ['SignIn', 'Watch', 'Steer', 'Leave', '%00', '../x', '\u00ff']) {
        for (const body of [
          Buffer.alloc(0),
          randomBytes(3),
          randomBytes(5),
          randomBytes(300),
          Buffer.from([0, 0, 0, 0, 9, 1]),
        ]) {
          const answer = await post(edge.webUrl, method, body, { 'content-type': type, 'grpc-timeout': '1S' });
          await answer.arrayBuffer();
          assert.ok(answer.status < 500, `${type} ${method}`);
        }
      }
    }
    const head = 'POST /clew.play.v1.PlayService/Watch HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web\r\n';
    for (const bytes of [
      randomBytes(500),
      Buffer.from('GET / HTTP/9.9\r\n\r\n'),
      Buffer.from(`GET /${'x'.repeat(40_000)} HTTP/1.1\r\n\r\n`),
      Buffer.from('GET //\\..%2f%5c HTTP/1.1\r\nhost: x\r\nrange: bytes=5-2\r\nconnection: close\r\n\r\n'),
      Buffer.from('CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n'),
      Buffer.from('GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'),
      Buffer.from(`${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`),
      Buffer.from(`${head}content-length: 99999999999999999999\r\n\r\n`),
      Buffer.from(`${head}transfer-encoding: chunked\r\n\r\nZZ\r\n`),
      Buffer.from(
        `${head}content-length: 5\r\nauthorization: ${'\u00ff'.repeat(100)}\r\n\r\n\0\0\0\0\0GARBAGE`,
        'latin1',
      ),
      Buffer.from(`${head}content-length: 5\r\nexpect: 200-ok\r\n\r\n`),
      Buffer.from(`${head}content-length: 500\r\n\r\ncut`),
    ]) {
      const socket: Socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.end(bytes);
      await once(socket, 'close');
    }
    const { token } = await signIn(edge.webUrl);
    assert.notEqual(token, '', 'the door still works');
    await edge.holdsNothing();
  });

  test('many streams asked for on one socket are one stream of one player', async () => {
    await using edge = await startTestEdge();
    const { token } = await signIn(edge.webUrl);
    const body = dataFrame(WatchRequest.encode({}).finish());
    const socket = connect(Number(new URL(edge.webUrl).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    for (let n = 0; n < 50; n++) {
      socket.write(
        `POST /clew.play.v1.PlayService/Watch HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web\r\nauthorization: Bearer ${token}\r\ncontent-length: ${body.length}\r\n\r\n`,
      );
      socket.write(body);
    }
    await until('one stands', async () => (await edge.held())['edge.players'] === 1);
    socket.destroy();
    await edge.holdsNothing();
  });
});
