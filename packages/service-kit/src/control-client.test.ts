import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { createServer as createGrpcServer } from 'nice-grpc';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { callChannel, controlClients } from './control-client.ts';

/** Longer than any backoff between two attempts, shorter than one attempt may take. */
const slowMs = 1_200;

test('a peer that is slow to answer the first time is reached all the same', async (t) => {
  const health = HealthState();
  health.setStatus('healthy');
  const peer = createGrpcServer();
  peer.add(HealthDefinition, HealthServiceImpl(health));
  const peerPort = await peer.listen('127.0.0.1:0');

  const sockets: Socket[] = [];
  const slow = createServer((near) => {
    sockets.push(near.on('error', () => {}));
    setTimeout(() => {
      const far = connect(peerPort, '127.0.0.1').on('error', () => {});
      sockets.push(far);
      near.pipe(far).pipe(near);
    }, slowMs);
  }).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const channel = callChannel([`127.0.0.1:${(slow.address() as AddressInfo).port}`]);
  t.after(() => {
    channel.close();
    for (const socket of sockets) socket.destroy();
    slow.close();
    peer.forceShutdown();
  });

  const client = controlClients.create(HealthDefinition, channel);
  assert.equal((await client.check({ service: '' }, { deadline: 30_000 })).status, 1);
});
