import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { ServiceError } from '@clew/service-kit/service-error';
import { readBody } from './body.ts';

const names = ['data', 'end', 'close', 'error'] as const;
const listeners = (request: IncomingMessage) => names.map((name) => request.listenerCount(name));

/** What became of a body of which so many bytes were announced, and these sent; and the listeners before and after. */
async function received(context: TestContext, announced: number, sent: Buffer, leave = false) {
  const seen = Promise.withResolvers<{ body: unknown; before: number[]; after: number[] }>();
  const server = createServer((request, response) => {
    const before = listeners(request);
    readBody(request, 100)
      .catch((error: unknown) => error)
      .then((body) => {
        seen.resolve({ body, before, after: listeners(request) });
        response.end();
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => {});
  context.after(async () => {
    client.destroy();
    server.close();
    await once(server, 'close');
  });
  client.write(`POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${announced}\r\n\r\n`);
  client.write(sent);
  if (leave) client.end();
  return seen.promise;
}

suite('reading a body leaves no listener', () => {
  test('when it is there', async (context) => {
    const { body, before, after } = await received(context, 5, Buffer.from('hello'));
    assert.deepEqual(body, Buffer.from('hello'));
    assert.deepEqual(after, before);
  });

  test('when it is too long', async (context) => {
    const long = Buffer.alloc(2 * 1024 * 1024);
    const { body, before, after } = await received(context, 2 * long.length, long);
    assert.ok(body instanceof ServiceError, String(body));
    assert.equal(body.reason, 'MESSAGE_TOO_LARGE');
    assert.deepEqual(after, before);
  });

  test('when the caller leaves before its end', async (context) => {
    const { body, before, after } = await received(context, 50, Buffer.from('hello'), true);
    assert.equal(body, undefined);
    assert.deepEqual(after, before);
  });
});
