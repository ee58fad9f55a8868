import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { RedisNodeProcess } from './redis-processes.ts';

test('a server that cannot start is not waited for', { timeout: 20_000 }, async (context) => {
  const holder = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const node = new RedisNodeProcess(port, ['--bind', '127.0.0.1', '--port', String(port), '--save', '']);
  context.after(async () => {
    await node.kill();
    holder.close();
  });
  await assert.rejects(node.start(), /ended/);
});
