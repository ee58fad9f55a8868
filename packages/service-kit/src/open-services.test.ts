import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { suite, test } from 'node:test';
import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { StreamServer } from './stream-server.ts';

const name = 'clew.play.v1.PlayService';
const reflection = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const bytes = (message: Buffer) => message;
const symbol = (name: string) => Buffer.concat([Buffer.from([0x22, name.length]), Buffer.from(name)]);

async function serving(context: { after(act: () => unknown): void }) {
  const server = new StreamServer({ serviceNames: [name] });
  const port = await server.listen('127.0.0.1', 0);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  context.after(async () => {
    client.close();
    await server.stop(0);
  });
  const reflect = () => client.makeBidiStreamRequest(reflection, bytes, bytes);
  return { client, port, reflect };
}

async function codeOf(stream: { once(event: 'error', listener: (error: Error) => void): unknown }): Promise<number> {
  return new Promise((resolve) =>
    stream.once('error', (error) => resolve((error as unknown as { code: number }).code)),
  );
}

suite('health and reflection for everybody', () => {
  test('do not remember names that nobody has', async (context) => {
    const { client } = await serving(context);
    const unknown = client.makeServerStreamRequest(
      '/grpc.health.v1.Health/Watch',
      bytes,
      bytes,
      Buffer.from([0x0a, 1, 0x78]),
    );
    unknown.resume();
    assert.equal(await codeOf(unknown), 5);
    const known = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', bytes, bytes, Buffer.alloc(0));
    known.on('error', () => {});
    assert.deepEqual((await once(known, 'data'))[0], Buffer.from([0x08, 1]));
    known.cancel();
  });

  test('cut who asks and asks and does not read', async (context) => {
    const { port } = await serving(context);
    const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 1 } });
    context.after(() => session.destroy());
    const deaf = session.request({ ':method': 'POST', ':path': reflection, 'content-type': 'application/grpc' });
    deaf.on('error', () => {});
    const question = symbol(name);
    const framed = Buffer.concat([Buffer.from([0, 0, 0, 0, question.length]), question]);
    for (let n = 0; n < 100; n++) deaf.write(framed);
    await once(deaf, 'close');
    assert.equal(deaf.rstCode, constants.NGHTTP2_CANCEL);
  });

  test('serve so many streams at once, and the next when one ended', async (context) => {
    const { reflect } = await serving(context);
    const open: ClientDuplexStream<Buffer, Buffer>[] = [];
    for (let n = 0; n < 64; n++) {
      const stream = reflect();
      stream.write(symbol(name));
      await once(stream, 'data');
      open.push(stream);
    }
    const refused = reflect();
    refused.write(symbol(name));
    refused.resume();
    assert.equal(await codeOf(refused), 8);
    const [first] = open;
    first?.end();
    await once(first!, 'end');
    const next = reflect();
    next.write(symbol(name));
    await once(next, 'data');
    const rest = [...open.slice(1), next];
    const ended = Promise.all(rest.map((stream) => once(stream, 'end')));
    for (const stream of rest) stream.end();
    await ended;
  });
});
