import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { seeded } from '../../packages/client/src/fakes/network.ts';
import { until } from '../../packages/client/src/fakes/until.ts';
import { Delays, type LineConditions, RoughLine } from './rough-line.ts';

const fine: LineConditions = { latencyMs: 0, jitterMs: 0, stallMs: 0 };

/** A server that sends back what comes, behind a line. */
async function setUp(t: TestContext, conditions: LineConditions) {
  const served: Socket[] = [];
  const server = createServer((socket) => {
    served.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const line = await RoughLine.open('127.0.0.1', (server.address() as AddressInfo).port, conditions, {
    random: seeded(3),
  });
  const socket = createConnection(Number(line.address.split(':')[1]), '127.0.0.1');
  socket.on('error', () => undefined);
  t.after(async () => {
    socket.destroy();
    await line[Symbol.asyncDispose]();
    server.close();
  });
  return { line, socket, served };
}

test('what goes over the line comes in order, the end last', async (t) => {
  const { socket } = await setUp(t, { latencyMs: 20, jitterMs: 20, stallMs: 0 });
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  const told = Array.from({ length: 200 }, (_, number) => `${number},`);
  for (const word of told) {
    socket.write(word);
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  await once(socket, 'end');
  assert.equal(heard, told.join(''));
});

test('the way there and back takes at least as long as was asked for', async (t) => {
  const { socket } = await setUp(t, { ...fine, latencyMs: 300 });
  const begunMs = performance.now();
  socket.write('hello');
  await once(socket, 'data');
  assert.ok(performance.now() - begunMs >= 295, 'a clock may be a little ahead of a timer');
});

test('more than may be under way waits at its sender, and all of it arrives', async (t) => {
  const { socket } = await setUp(t, { ...fine, latencyMs: 10 });
  const size = 4 * 1_024 * 1_024;
  let heard = 0;
  socket.on('data', (chunk) => {
    heard += chunk.length;
  });
  socket.end(Buffer.alloc(size, 7));
  await once(socket, 'end');
  assert.equal(heard, size);
});

test('a connection that breaks at one end breaks at the other, and nothing is left', async (t) => {
  const { line, socket, served } = await setUp(t, fine);
  socket.write('x');
  await once(socket, 'data');
  assert.equal(line.sockets, 2);
  served[0]!.resetAndDestroy();
  await once(socket, 'close');
  await until('both ends are gone', () => line.sockets === 0);
});

test('delays lie around half the latency, and stall now and then', () => {
  const steady = new Delays({ latencyMs: 150, jitterMs: 50, stallMs: 0 }, seeded(1), 0);
  const delays = Array.from({ length: 1_000 }, (_, at) => steady.arrivalMs(at) - at);
  assert.ok(delays.every((delayMs) => delayMs >= 50 && delayMs <= 100));
  assert.ok(Math.max(...delays) > 95 && Math.min(...delays) < 55);

  const stalling = new Delays({ ...fine, stallMs: 800 }, seeded(2), 0);
  const longest: number[] = [];
  for (let nowMs = 0; nowMs < 60_000; nowMs += 10) longest.push(stalling.arrivalMs(nowMs) - nowMs);
  const stalled = longest.filter((delayMs) => delayMs > 0).length / longest.length;
  assert.ok(Math.max(...longest) <= 800 && Math.max(...longest) > 780);
  assert.ok(stalled > 0.05 && stalled < 0.3, `${stalled} of the time`);
});
