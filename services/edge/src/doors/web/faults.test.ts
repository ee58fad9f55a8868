/** A fault of our own in a handler must not cost more than the one who met it. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Collections } from '@clew/service-kit/collections';
import { Counters } from '@clew/service-kit/counters';
import { createLog } from '@clew/service-kit/log';
import type { PlayService } from '../../play-service.ts';
import type { PlayerSink } from '../../player-sink.ts';
import { Refusals } from '../../refusals.ts';
import { WebDoor, type WebDoorOptions } from './door.ts';
import { dataFrame } from './frames.ts';

const silent = createLog({ name: 'edge-test', level: 'silent', format: 'json' });

/** A door before a service that is put in its place. */
async function openDoor(t: TestContext, options: Partial<WebDoorOptions>): Promise<number> {
  const counters = new Counters<string>(['edge.web_garbage']);
  const door = new WebDoor({
    service: {} as PlayService,
    refusals: new Refusals(counters, silent),
    sinks: { sinks: new Set(), lingerMs: 1_000 },
    requestMs: 60_000,
    keepAliveMs: 60_000,
    webRoot: '/nowhere',
    allowedOrigins: ['*'],
    connectionsMax: 10,
    collections: new Collections(),
    counters,
    log: silent,
    ...options,
  });
  t.after(() => door.stop(0));
  return door.listen('127.0.0.1', 0);
}

/** What comes back until the connection ends. */
async function answered(port: number, request: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => chunks.push(bytes)).on('error', () => {});
  socket.write(request);
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks).toString('latin1');
}

const fault = () => {
  throw new Error('a fault of ours');
};

suite('a fault of ours at the web door ends the connection', () => {
  test('in the middle of an answer', async (t) => {
    const open = async (_caller: unknown, sink: PlayerSink) => {
      sink.write(Buffer.from('first'));
      await setImmediate(); // it is on its way
      return fault();
    };
    const refusals = { of: fault } as unknown as Refusals;
    const port = await openDoor(t, { service: { open } as unknown as PlayService, refusals });
    const body = dataFrame(new Uint8Array());
    const head =
      'POST /clew.play.v1.PlayService/Watch HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web\r\n' +
      `authorization: Bearer x\r\ncontent-length: ${body.length}\r\n\r\n`;
    assert.match(await answered(port, Buffer.concat([Buffer.from(head), body])), /^HTTP\/1.1 200 .*first/s);
  });

  test('while it becomes a WebSocket', async (t) => {
    const collections = new Collections();
    collections.set = () => Object.assign(new Set<never>(), { add: fault });
    const port = await openDoor(t, { collections });
    const head =
      'GET /clew.play.v1.PlayService/Play HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
      'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: grpc-websockets\r\n\r\n';
    await answered(port, head);
  });
});
