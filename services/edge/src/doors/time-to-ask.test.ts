import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { suite, test } from 'node:test';
import { GrpcPlayer } from '../testing/grpc-player.ts';
import { play, SocketCall } from '../testing/socket-player.ts';
import { startTestEdge } from '../testing/test-edge.ts';
import { until } from '../testing/until.ts';
import { signIn } from '../testing/web-player.ts';
import { dataFrame } from './web/frames.ts';

const question = () => ({ secret: randomBytes(32), displayName: 'Ariadne', requestId: randomUUID() });

suite('the time to ask', () => {
  test('is no bound of answers and streams', async () => {
    await using edge = await startTestEdge({
      CLEW_REQUEST_MS: '2000',
      CLEW_HEARTBEAT_MS: '500',
      CLEW_CALL_MS: '60000',
    });
    const { token } = await signIn(edge.webUrl);
    using stream = await play(edge.webUrl, token);
    await until('the stream stands', () => stream.messages.length > 0);
    const gate = Promise.withResolvers<void>();
    edge.session.onCall = (method) => (method === 'createSession' ? gate.promise : undefined);
    using player = new GrpcPlayer(edge.grpcAddress);
    const answered = player.call('signIn', question());
    using call = await new SocketCall(edge.webUrl, 'signIn').open();
    call.send('signIn', question());
    const asked = () => edge.session.calls.filter((method) => method === 'createSession').length;
    await until('both are asked', () => asked() === 3);
    const before = stream.messages.length;
    await until('it is over', () => stream.messages.length >= before + 6, 60_000); // half a second each
    gate.resolve();
    assert.ok((await answered).token);
    await call.end();
    assert.equal(call.frames.messages.length, 1);
    assert.equal(stream.closed, undefined);
  });

  test('ends with the question, and with the caller: no timer is left', async () => {
    await using edge = await startTestEdge({ CLEW_REQUEST_MS: '600000' });
    const { token } = await signIn(edge.webUrl);

    const session = connect(`http://${edge.grpcAddress}`);
    session.on('error', () => {});
    const path = '/clew.play.v1.PlayService/SignIn';
    for (const code of [constants.NGHTTP2_CANCEL, constants.NGHTTP2_INTERNAL_ERROR]) {
      const unasked = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
      unasked.on('error', () => {});
      unasked.write(Buffer.alloc(1));
      await new Promise((resolve) => session.ping(resolve)); // the call was seen
      unasked.close(code);
      await new Promise((resolve) => unasked.once('close', resolve));
    }
    session.destroy();

    using silent = new SocketCall(edge.webUrl, 'signIn');
    await once(silent.socket, 'open');
    silent.socket.terminate();
    using bounded = await play(edge.webUrl, token, { 'grpc-timeout': '600S' });
    await until('the stream stands', () => bounded.messages.length > 0);
    bounded.socket.terminate();
    await Promise.all([silent.end(), bounded.end()]);
    const other = await signIn(edge.webUrl);
    const leaving = new AbortController();
    const watching = await fetch(`${edge.webUrl}/clew.play.v1.PlayService/Watch`, {
      method: 'POST',
      headers: {
        'content-type': 'application/grpc-web+proto',
        authorization: `Bearer ${other.token}`,
        'grpc-timeout': '600S',
      },
      body: dataFrame(new Uint8Array()) as BodyInit,
      signal: leaving.signal,
    });
    assert.equal(watching.status, 200);
    leaving.abort();
    await edge.holdsNothing();
    // A timer that was left would keep this process from ending.
  });
});
