import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { WebSocket, WebSocketServer } from 'ws';
import { maskedFrame as unmaskedFrame } from '../../testing/socket-player.ts';
import { until } from '../../testing/until.ts';
import { UsualMessages } from './usual-messages.ts';

const text = 1;
const binary = 2;
const continuation = 0;
const ping = 9;

/** A client's frame, masked with something else than zeros. */
function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const bytes = unmaskedFrame(opcode, payload);
  const start = bytes.length - payload.length;
  const mask = randomBytes(4).map((byte) => byte | 1);
  bytes.set(mask, start - 4);
  for (let at = start; at < bytes.length; at++) bytes[at]! ^= mask[(at - start) & 3]!;
  return bytes;
}

/** A frame that is not its message's last. */
const unfinished = (frame: Buffer) => Buffer.from(frame.with(0, frame[0]! & 0x7f));

/** A frame that says its length in two bytes more than it must. */
function wordy(payload: Buffer): Buffer {
  const frame = maskedFrame(binary, payload);
  return Buffer.concat([frame.subarray(0, 1), Buffer.of(0x80 | 126, 0, payload.length), frame.subarray(2)]);
}

/** Both ends of a WebSocket: at the one bytes are written as they are, at the other messages are told. */
class Pair {
  /** All messages, by who told of them. */
  readonly told: { by: 'usual' | 'ws'; bytes: Buffer }[] = [];
  /** Code of the close, once `ws` told of it. */
  closed: number | undefined;
  readonly #client: Socket;
  readonly #server: Socket;
  #sent: number;

  private constructor(webSocket: WebSocket, server: Socket, client: Socket) {
    this.#server = server;
    this.#client = client;
    this.#sent = server.bytesRead;
    webSocket.on('message', (bytes: Buffer) => this.told.push({ by: 'ws', bytes }));
    webSocket.on('error', () => {});
    webSocket.on('close', (code) => {
      this.closed = code;
    });
    new UsualMessages(webSocket, server, (bytes) => this.told.push({ by: 'usual', bytes }));
  }

  static async open(context: TestContext): Promise<Pair> {
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    const server = new WebSocketServer({ server: http, perMessageDeflate: false });
    const connected = once(server, 'connection');
    const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
    const [[webSocket, request], [response]] = await Promise.all([connected, once(client, 'upgrade')]);
    client.on('error', () => {});
    context.after(() => {
      client.terminate();
      server.close();
      http.close();
    });
    return new Pair(webSocket, request.socket, response.socket);
  }

  /** Each of them is one read of the socket. */
  async write(...reads: Buffer[]): Promise<void> {
    for (const read of reads) {
      this.#client.write(read);
      this.#sent += read.length;
      await until('the read', () => this.#server.bytesRead === this.#sent || this.#server.destroyed);
    }
  }

  get payloads(): string[] {
    return this.told.map(({ bytes }) => bytes.toString('latin1'));
  }

  get tellers(): string[] {
    return this.told.map(({ by }) => by);
  }
}

const frame = (payload: string) => maskedFrame(binary, Buffer.from(payload, 'latin1'));

suite('UsualMessages', () => {
  test('takes short messages, one or several with a read', async (context) => {
    const pair = await Pair.open(context);
    await pair.write(frame('a'), Buffer.concat([frame('b'), frame(''), frame('c'.repeat(125))]), frame('d'));
    assert.deepEqual(pair.payloads, ['a', 'b', '', 'c'.repeat(125), 'd']);
    assert.deepEqual(pair.tellers, Array(5).fill('usual'));
  });

  test('leaves long ones, text and pings to ws, and goes on', async (context) => {
    const pair = await Pair.open(context);
    for (const other of [frame('x'.repeat(126)), frame('y'.repeat(60_000)), maskedFrame(text, Buffer.from('z'))]) {
      pair.told.length = 0;
      await pair.write(other, frame('after'));
      assert.deepEqual(pair.tellers, ['ws', 'usual']);
    }
    pair.told.length = 0;
    await pair.write(maskedFrame(ping, Buffer.from('ping')), frame('after'));
    assert.deepEqual(pair.tellers, ['usual']);
  });

  test('U1: what is in parts goes to ws until it is whole', async (context) => {
    const pair = await Pair.open(context);
    const [one, two] = [frame('one'), frame('two')];
    await pair.write(one.subarray(0, 4), Buffer.concat([one.subarray(4), two.subarray(0, 8)]), two.subarray(8));
    await pair.write(frame('three'));
    assert.deepEqual(pair.payloads, ['one', 'two', 'three']);
    assert.deepEqual(pair.tellers, ['ws', 'ws', 'usual']);
  });

  test('U1: a read that looks like a message and is within another is not one', async (context) => {
    const pair = await Pair.open(context);
    const inner = frame('inner');
    const head = unmaskedFrame(binary, inner).subarray(0, 6);
    await pair.write(head, inner, frame('after'));
    assert.deepEqual(pair.payloads, [inner.toString('latin1'), 'after']);
  });

  test('U1: within a message of several frames ws reads all, and ends who breaks in', async (context) => {
    const pair = await Pair.open(context);
    await pair.write(unfinished(frame('begin ')), maskedFrame(continuation, Buffer.from('end')));
    assert.deepEqual(pair.payloads, ['begin end']);
    await pair.write(unfinished(frame('begin ')), frame('no end'));
    await until('the close', () => pair.closed !== undefined);
    assert.deepEqual(pair.payloads, ['begin end']);
  });

  test('U1: after a frame that says more than it must ws reads all', async (context) => {
    const pair = await Pair.open(context);
    await pair.write(wordy(Buffer.from('wordy')), frame('after'));
    assert.deepEqual(pair.payloads, ['wordy', 'after']);
    assert.deepEqual(pair.tellers, ['ws', 'ws']);
  });

  test('a length that does not fit into seven bits is not taken for one that does', async (context) => {
    const pair = await Pair.open(context);
    await pair.write(wordy(Buffer.alloc(124, 'w'))); // with its head as long as a short frame of 126
    assert.deepEqual(pair.payloads, ['w'.repeat(124)]);
  });

  test('U2: what comes with something else in one read keeps its order', async (context) => {
    const pair = await Pair.open(context);
    await pair.write(Buffer.concat([frame('a'), frame('x'.repeat(200)), frame('b')]));
    assert.deepEqual(pair.payloads, ['a', 'x'.repeat(200), 'b']);
    await pair.write(frame('c'));
    assert.equal(pair.tellers.at(-1), 'usual');
  });

  test('a frame without a mask is against the rules', async (context) => {
    const pair = await Pair.open(context);
    await pair.write(Buffer.of(0x82, 1, 65));
    await until('the close', () => pair.closed !== undefined);
    assert.deepEqual(pair.payloads, []);
  });

  test('nothing is taken any more once ws has read the close', async (context) => {
    const pair = await Pair.open(context);
    await pair.write(Buffer.concat([maskedFrame(8, Buffer.of(3, 232)), frame('late')]));
    await until('the close', () => pair.closed !== undefined);
    assert.deepEqual(pair.payloads, []);
  });

  test('however messages are made and reads are cut, each is told once and in order', async (context) => {
    const made = fc.oneof(
      fc.string({ maxLength: 20 }).map((payload) => ({ payload, bytes: frame(payload) })),
      fc.integer({ min: 100, max: 300 }).map((length) => {
        const payload = 'l'.repeat(length);
        return { payload, bytes: frame(payload) };
      }),
      fc.string({ maxLength: 20 }).map((payload) => {
        const parts = [unfinished(frame(payload)), maskedFrame(continuation, Buffer.from('!'))];
        return { payload: `${payload}!`, bytes: Buffer.concat(parts) };
      }),
      fc.string({ maxLength: 20 }).map((payload) => ({ payload, bytes: wordy(Buffer.from(payload, 'latin1')) })),
      fc.constant({ payload: undefined, bytes: maskedFrame(ping, Buffer.from('p')) }),
    );
    const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(made, { maxLength: 12 }), cuts, async (messages, sizes) => {
        const pair = await Pair.open(context);
        const bytes = Buffer.concat(messages.map((message) => message.bytes));
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const size = sizes[cut % sizes.length]!;
          await pair.write(bytes.subarray(at, at + size));
          at += size;
        }
        const sent = messages.flatMap(({ payload }) => (payload === undefined ? [] : [payload]));
        assert.deepEqual(pair.payloads, sent);
      }),
      { numRuns: 30 },
    );
  });
});
