import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { Client, credentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { resetConnection } from './reset-call.ts';
import { StreamServer } from './stream-server.ts';

const name = 'clew.simulation.v1.TrunkService';
const bytes = (message: Buffer) => message;

async function serving(context: { after(act: () => unknown): void }) {
  const server = new StreamServer({ serviceNames: [name] });
  const port = await server.listen('127.0.0.1', 0);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  context.after(async () => {
    client.close();
    await server.stop(0);
  });
  const health = () =>
    new Promise<Buffer | undefined>((resolve, reject) => {
      const request = Buffer.concat([Buffer.from([0x0a, name.length]), Buffer.from(name)]);
      client.makeUnaryRequest('/grpc.health.v1.Health/Check', bytes, bytes, request, (error, reply) =>
        error === null ? resolve(reply) : reject(error),
      );
    });
  return { server, client, health };
}

suite('a stream server', () => {
  test('tells its health, until it drains', async (context) => {
    const { server, health } = await serving(context);
    assert.deepEqual(await health(), Buffer.from([0x08, 1]));
    server.drain();
    assert.deepEqual(await health(), Buffer.from([0x08, 2]));
  });

  for (const version of ['v1', 'v1alpha']) {
    test(`tells its services by reflection ${version}, and what they are made of`, async (context) => {
      const { client } = await serving(context);
      const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
      const stream = client.makeBidiStreamRequest(path, bytes, bytes);
      stream.write(Buffer.from([0x3a, 1, 0x2a])); // list_services "*"
      const [services] = (await once(stream, 'data')) as [Buffer];
      assert.match(services.toString('latin1'), /clew\.simulation\.v1\.TrunkService/);
      stream.write(Buffer.concat([Buffer.from([0x22, name.length]), Buffer.from(name)])); // file_containing_symbol
      const [file] = (await once(stream, 'data')) as [Buffer];
      assert.match(file.toString('latin1'), /MatchFrame/);
      stream.end();
      await once(stream, 'end');
    });
  }

  test('stops although a connection was reset just before', async (context) => {
    const { server, client } = await serving(context);
    const call = await hold(server, client);
    resetConnection(call);
    await server.stop(1);
  });

  test('waits no longer than for the last stream', async (context) => {
    const { server, client } = await serving(context);
    const call = await hold(server, client);
    const stopped = server.stop(60_000);
    call.end();
    await stopped;
  });

  test('cuts streams that outlast its grace', async (context) => {
    const { server, client } = await serving(context);
    const call = await hold(server, client);
    const closed = once(call, 'close');
    await server.stop(1);
    await closed;
  });
});

/** A stream that nobody ends, as the server sees it. */
async function hold(server: StreamServer, client: Client): Promise<ServerDuplexStream<Buffer, Buffer>> {
  const held = Promise.withResolvers<ServerDuplexStream<Buffer, Buffer>>();
  const method = {
    path: '/test.Hold/Hold',
    requestStream: true,
    responseStream: true,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
  server.add({ hold: method }, { hold: (call: ServerDuplexStream<Buffer, Buffer>) => held.resolve(call) });
  const stream = client.makeBidiStreamRequest(method.path, bytes, bytes);
  stream.on('error', () => {});
  stream.resume();
  const call = await held.promise;
  call.on('error', () => {});
  return call;
}
