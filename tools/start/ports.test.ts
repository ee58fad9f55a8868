import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { freePorts, isFree } from './ports.ts';

test('hands out different ports that one can listen on, none from the range of outgoing connections', async () => {
  const ports = await freePorts(20);
  assert.equal(new Set(ports).size, 20);
  for (const port of ports) {
    assert.ok(port < 32_768);
    assert.ok(await isFree(port));
  }
});

test('a port that somebody listens on is not free', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.equal(await isFree(port), false);
  server.close();
  await once(server, 'close');
  assert.equal(await isFree(port), true);
});
