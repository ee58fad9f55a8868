import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  connect as connectHttp2,
  constants,
  createServer as createHttp2Server,
  type ServerHttp2Session,
} from 'node:http2';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Client, type ClientDuplexStream, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { Relay } from '../testing/relay.ts';
import { ClientCall } from './client-call.ts';
import { BidiServer, type BidiServerOptions } from './server.ts';
import type { ServerCall } from './server-call.ts';

const path = '/test.Echo/Echo';
const bytes = (message: Buffer) => message;

/** The prefix, and the message. */
function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** A server that says everything back, and its calls as they come. */
async function serving(context: TestContext, options: Partial<BidiServerOptions> = {}) {
  const calls: ServerCall[] = [];
  const closed: ServerCall[] = [];
  const server = new BidiServer({
    path,
    messageBytesMax: 1_000,
    connectionsMax: 10,
    onCall: (call) => {
      calls.push(call);
      call.listen({
        message: (message) => call.write(frame(message), () => {}),
        ended: () => call.end(),
        closed: () => closed.push(call),
      });
    },
    ...options,
  });
  const port = await server.listen('127.0.0.1', 0);
  context.after(() => server.stop(0));
  return { server, port, calls, closed };
}

/** A call of the field's own client. */
function calling(context: TestContext, port: number, method = path) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  context.after(() => client.close());
  const call: ClientDuplexStream<Buffer, Buffer> = client.makeBidiStreamRequest(method, bytes, bytes);
  call.on('error', () => {});
  const ended = new Promise<ServiceError>((resolve) => call.once('status', resolve)); // `once` would fail by `error`
  return { client, call, ended };
}

const until = async (condition: () => boolean) => {
  while (!condition()) await wait(5);
};

suite('a server of one method', () => {
  test('is understood by the field’s own client, to the end', async (context) => {
    const { port, closed } = await serving(context);
    const { call, ended } = calling(context, port);
    for (const length of [0, 3, 1_000]) {
      call.write(Buffer.alloc(length, 7));
      const [answer] = (await once(call, 'data')) as [Buffer];
      assert.deepEqual(answer, Buffer.alloc(length, 7));
    }
    call.end();
    call.resume();
    assert.equal((await ended).code, status.OK);
    await until(() => closed.length === 1);
  });

  test('says why it ends a call', async (context) => {
    const { port, calls } = await serving(context);
    const { call, ended } = calling(context, port);
    call.write(Buffer.from([1]));
    call.resume();
    await until(() => calls.length === 1);
    calls[0]!.end(status.INVALID_ARGUMENT, 'not so, 50 % of it');
    const { code, details } = await ended;
    assert.deepEqual([code, details], [status.INVALID_ARGUMENT, 'not so, 50 % of it']);
  });

  test('refuses other methods and messages that are too long', async (context) => {
    const { port } = await serving(context);
    const other = calling(context, port, '/test.Echo/Other');
    other.call.resume();
    assert.equal((await other.ended).code, status.UNIMPLEMENTED);
    const long = calling(context, port);
    long.call.write(Buffer.alloc(1_001));
    long.call.resume();
    assert.equal((await long.ended).code, status.RESOURCE_EXHAUSTED);
  });

  test('cuts a call with its connection, and hears of calls that broke', async (context) => {
    const { server, port, calls, closed } = await serving(context);
    const one = calling(context, port);
    const two = calling(context, port);
    for (const { call } of [one, two]) call.resume().write(Buffer.from([1]));
    await until(() => calls.length === 2);
    calls[0]!.cut();
    assert.equal((await one.ended).code, status.UNAVAILABLE);
    two.call.cancel();
    await until(() => closed.length === 2);
    two.client.close();
    await until(() => server.size === 0);
  });

  test('stops in order: calls may end, and those that do not are cut', async (context) => {
    const { server, port, calls } = await serving(context);
    const polite = calling(context, port);
    polite.call.resume().write(Buffer.from([1]));
    await until(() => calls.length === 1);
    const stopped = server.stop(60_000);
    calls[0]!.end();
    await stopped;
    assert.equal((await polite.ended).code, status.OK);

    const again = await serving(context);
    const stubborn = calling(context, again.port);
    stubborn.call.resume().write(Buffer.from([1]));
    await until(() => again.calls.length === 1);
    await again.server.stop(1);
    assert.notEqual((await stubborn.ended).code, status.OK);
    await until(() => again.server.size === 0);
  });

  test('lets go of a client that is gone without a word, and keeps one that is there', async (context) => {
    const { server, port, closed } = await serving(context, { pingMs: 200 });
    await using relay = await Relay.open(`127.0.0.1:${port}`);
    const gone = calling(context, Number(relay.address.split(':')[1]));
    const there = calling(context, port);
    for (const { call } of [gone, there]) {
      call.write(Buffer.from([1]));
      await once(call.resume(), 'data');
    }
    for (const socket of relay.near) socket.unpipe().pause(); // nothing comes through, either way
    await until(() => closed.length > 0 && server.size < 2);
    assert.deepEqual([closed.length, server.size], [1, 1]);
    there.call.write(Buffer.from([2]));
    await once(there.call, 'data');
  });

  test('keeps a client whose answer waited because the server stood still', async (context) => {
    const { server, port } = await serving(context, { pingMs: 100 });
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    context.after(() => session.destroy());
    session.request({ ':method': 'POST', ':path': path });
    await once(session, 'ping');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250); // the next time to ask comes before the answer
    for (let asked = 0; asked < 2; asked += 1) await Promise.race([once(session, 'ping'), once(session, 'close')]);
    assert.equal(server.size, 1);
  });

  test('lets go of connections that nobody calls on, and of those that speak something else', async (context) => {
    const { server, port } = await serving(context, { pingMs: 50 });
    const idle = connectHttp2(`http://127.0.0.1:${port}`);
    idle.on('error', () => {});
    await until(() => server.size === 1);
    await once(idle, 'close');
    const stranger = connect(port, '127.0.0.1');
    stranger.on('error', () => {}).write('GET / HTTP/1.1\r\n\r\n');
    await once(stranger.resume(), 'close');
    await until(() => server.size === 0);
  });

  test('takes no more connections than it is said to', async (context) => {
    const { server, port } = await serving(context, { connectionsMax: 1 });
    const first = calling(context, port);
    first.call.write(Buffer.from([1]));
    await once(first.call.resume(), 'data');
    const second = connect(port, '127.0.0.1');
    second.on('error', () => {});
    await once(second.resume(), 'close');
    assert.equal(server.size, 1);
  });
});

suite('a call on a connection of its own', () => {
  /** What a call hears. */
  function listening(port: number) {
    const heard: Buffer[] = [];
    const closed = Promise.withResolvers<void>();
    const call = new ClientCall(
      { address: `127.0.0.1:${port}`, path, messageBytesMax: 1_000 },
      { message: (message) => heard.push(Buffer.from(message)), closed: () => closed.resolve() },
    );
    return { call, heard, closed: closed.promise };
  }

  test('says, hears and ends, and leaves no connection', async (context) => {
    const { server, port } = await serving(context);
    const { call, heard, closed } = listening(port);
    const taken = Promise.withResolvers<unknown>();
    call.write(frame(Buffer.from([1, 2])), () => taken.resolve(undefined));
    await taken.promise;
    await until(() => heard.length === 1);
    assert.deepEqual(heard[0], Buffer.from([1, 2]));
    call.end();
    await closed;
    await until(() => server.size === 0);
  });

  test('is over when nobody is there, when it is cut, and when what comes is no message', async (context) => {
    const { port, calls } = await serving(context);
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port: nobody } = free.address() as AddressInfo;
    free.close();
    await listening(nobody).closed;
    const cut = listening(port);
    await until(() => calls.length === 1);
    calls[0]!.cut();
    await cut.closed;
    const ended = listening(port);
    await until(() => calls.length === 2);
    calls[1]!.end();
    await ended.closed;
    const flooded = listening(port);
    await until(() => calls.length === 3);
    calls[2]!.write(frame(Buffer.alloc(1_001)), () => {});
    await flooded.closed;
  });

  test('that is reset leaves no connection, either', async (context) => {
    const sessions: ServerHttp2Session[] = [];
    const rude = createHttp2Server();
    rude.on('session', (session) => sessions.push(session));
    rude.on('stream', (stream) => stream.on('error', () => {}).close(constants.NGHTTP2_REFUSED_STREAM));
    await once(rude.listen(0, '127.0.0.1'), 'listening');
    context.after(() => rude.close());
    await listening((rude.address() as AddressInfo).port).closed;
    await until(() => sessions[0]!.destroyed);
  });

  test('that is closed while it connects leaves no connection', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket.on('error', () => {}).resume()));
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { call, closed } = listening((mute.address() as AddressInfo).port);
    await until(() => sockets.length === 1);
    call.close();
    call.write(frame(Buffer.from([1])), () => {}); // no matter any more
    await closed;
    await until(() => sockets[0]!.closed);
    mute.close();
  });
});
