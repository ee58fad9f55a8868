import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { untilReady } from './readiness.ts';

test('waits through refusals until the answer is 200', async (t) => {
  let asked = 0;
  const server = createServer((request, response) => {
    assert.equal(request.url, '/readyz');
    asked += 1;
    response.writeHead(asked < 3 ? 503 : 200).end();
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  await untilReady(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, AbortSignal.timeout(10_000));
  assert.equal(asked, 3);
});

test('gives up when told to', async () => {
  const why = new Error('enough');
  await assert.rejects(untilReady('http://127.0.0.1:1', AbortSignal.abort(why)), why);
});
