import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { createServer as createGrpcServer, ServerError, Status } from 'nice-grpc';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { callChannel, controlClients, streamChannel } from './control-client.ts';

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

/** An instance of a stateless service that counts the calls it answered; health stands for any of them. */
async function instance(context: TestContext, answer: (call: number) => number = () => 1) {
  const peer = createGrpcServer();
  let calls = 0;
  peer.add(HealthDefinition, {
    async check() {
      calls += 1;
      return { status: answer(calls) } as never;
    },
    async *watch() {},
  });
  const port = await peer.listen('127.0.0.1:0');
  context.after(() => peer.forceShutdown());
  return { address: `127.0.0.1:${port}`, calls: () => calls, stop: () => peer.forceShutdown() };
}

function client(context: TestContext, channel: ReturnType<typeof callChannel>) {
  context.after(() => channel.close());
  return controlClients.create(HealthDefinition, channel);
}

suite('calls to all instances of a service', () => {
  test('are spread over them', async (context) => {
    const instances = [await instance(context), await instance(context)];
    const health = client(context, callChannel(instances.map(({ address }) => address)));
    while (instances.some(({ calls }) => calls() < 3)) await health.check({ service: '' });
    assert.ok(instances.every(({ calls }) => calls() >= 3));
  });

  test('are answered by the next one when one is gone', async (context) => {
    const [stays, goes] = [await instance(context), await instance(context)];
    const health = client(context, callChannel([stays.address, goes.address]));
    while (goes.calls() === 0) await health.check({ service: '' });
    goes.stop();
    for (let call = 0; call < 20; call += 1) assert.equal((await health.check({ service: '' })).status, 1);
  });

  test('are tried again where an instance cannot serve now, and not for ever', async (context) => {
    const unavailable = () => {
      throw new ServerError(Status.UNAVAILABLE, 'not now');
    };
    const third = await instance(context, (call) => (call < 3 ? unavailable() : 1));
    assert.equal((await client(context, callChannel([third.address])).check({ service: '' })).status, 1);
    const never = await instance(context, unavailable);
    await assert.rejects(client(context, callChannel([never.address])).check({ service: '' }), { details: 'not now' });
    assert.equal(never.calls(), 3);
  });

  test('are not tried again on a channel for streams: nothing is kept for it', async (context) => {
    const never = await instance(context, () => {
      throw new ServerError(Status.UNAVAILABLE, 'not now');
    });
    await assert.rejects(client(context, streamChannel([never.address])).check({ service: '' }), {
      details: 'not now',
    });
    assert.equal(never.calls(), 1);
  });

  test('end by their deadline, although nobody answers', async (context) => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    context.after(() => silent.close());
    const health = client(context, callChannel([`127.0.0.1:${(silent.address() as AddressInfo).port}`]));
    await assert.rejects(health.check({ service: '' }, { deadline: 100 }), { code: Status.DEADLINE_EXCEEDED });
  });
});

test('addresses are IPv4 literals, or one name that DNS answers with all of them', (context) => {
  client(context, callChannel(['localhost:1']));
  assert.throws(() => callChannel([]), RangeError);
  assert.throws(() => callChannel(['session-1:7000', 'session-2:7000']), RangeError);
});
