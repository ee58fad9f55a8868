import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { Client, credentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { resetConnection, resetStream } from './reset-call.ts';
import { StreamServer } from './stream-server.ts';

const bytes = (message: Buffer) => message;
const flood = {
  flood: {
    path: '/test.Flood/Flood',
    requestStream: true,
    responseStream: true,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  },
};

/** A client that stopped reading although its kernel still answers, and the server's side of that call. */
async function stalled(context: { after(act: () => unknown): void }) {
  const server = new StreamServer({ serviceNames: [] });
  const calls = Promise.withResolvers<ServerDuplexStream<Buffer, Buffer>>();
  server.add(flood, { flood: (call: ServerDuplexStream<Buffer, Buffer>) => calls.resolve(call) });
  const port = await server.listen('127.0.0.1', 0);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  context.after(async () => {
    client.close();
    await server.stop(0);
  });
  const reader = client.makeBidiStreamRequest(flood.flood.path, bytes, bytes);
  const broken = Promise.withResolvers<{ code: number }>();
  reader.on('error', (error) => broken.resolve(error as unknown as { code: number }));
  reader.once('data', () => reader.pause());
  reader.write(Buffer.alloc(1));
  const call = await calls.promise;
  call.on('error', () => {});
  call.resume();
  while (call.writableLength < 200) {
    call.write(Buffer.alloc(10_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { call, reader, broken: broken.promise };
}

suite('a peer that stopped reading', () => {
  for (const [name, reset, code] of [
    ['loses its stream', resetStream, 1],
    ['loses its connection', resetConnection, 14],
  ] as const) {
    test(`${name} at once, although it never reads again`, async (context) => {
      const { call, broken } = await stalled(context);
      const closed = once(call, 'close');
      const cancelled = once(call, 'cancelled');
      reset(call);
      await Promise.all([closed, cancelled]);
      assert.equal((await broken).code, code);
    });
  }
});
