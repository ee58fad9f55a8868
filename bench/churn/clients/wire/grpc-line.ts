import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream';
import { PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import { type Line, type Method, type OpenStream, Refused } from './line.ts';
import { framed, Messages } from './messages.ts';
import { StreamReader } from './player-stream.ts';

const { fullName, methods } = PlayServiceDefinition;
const UNAVAILABLE = 14;

/** Windows and buffers as small as may be, for who shall not read: it is felt at once, not after minutes. */
const SMALL = { windowBytes: 512, bufferBytes: 256 };

/** gRPC over one HTTP/2 connection of the player's own. */
export class GrpcLine implements Line {
  readonly #socket: Socket;
  readonly #session: ClientHttp2Session;
  readonly #small: boolean;

  constructor(address: string, { small = false } = {}) {
    const colon = address.lastIndexOf(':');
    this.#small = small;
    this.#socket = connect(Number(address.slice(colon + 1)), address.slice(0, colon));
    this.#socket.setNoDelay(true);
    this.#session = connectHttp2(`http://${address}`, {
      createConnection: () => this.#socket,
      settings: small ? { initialWindowSize: SMALL.windowBytes, enablePush: false } : { enablePush: false },
    });
    this.#session.on('error', () => {});
    this.#socket.on('error', () => {});
  }

  async call(method: Method, message: Uint8Array, token?: string): Promise<Uint8Array> {
    const stream = this.#request(method, token);
    stream.end(framed(message));
    let answer: Buffer | undefined;
    const messages = new Messages((bytes) => {
      answer = bytes;
    });
    stream.on('data', (chunk: Buffer) => messages.read(chunk));
    const status = await statusOf(stream);
    if (status !== undefined) throw status;
    if (answer === undefined) throw new Refused(UNAVAILABLE, 'no answer');
    return answer;
  }

  async open(token: string): Promise<OpenStream> {
    const stream = this.#small ? withSmallBuffers(() => this.#request('play', token)) : this.#request('play', token);
    const reader = new StreamReader();
    stream.on('data', (chunk: Buffer) => reader.messages.read(chunk));
    void statusOf(stream).then((status) => reader.over(status));
    await reader.until(() => true);
    return {
      until: (wanted) => reader.until(wanted),
      ended: reader.ended,
      sayHere: () => {
        if (stream.writable) stream.write(framed(new Uint8Array()));
      },
      cancel: () => stream.close(constants.NGHTTP2_CANCEL),
      pause: () => void stream.pause(),
    };
  }

  async breakOff(method: Method, message: Uint8Array, when: 'asking' | 'asked', token?: string): Promise<void> {
    const stream = this.#request(method, token);
    const bytes = framed(message);
    await new Promise<void>((resolve) => {
      this.#session.once('close', () => resolve());
      const sent = () => setImmediate(resolve);
      if (when === 'asked') stream.end(bytes, sent);
      else stream.write(bytes.subarray(0, Math.max(1, bytes.length >> 1)), sent);
    });
    this.reset();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
    this.#session.destroy();
  }

  halfClose(): Promise<void> {
    return new Promise((resolve) => {
      this.#session.once('close', () => resolve());
      this.#socket.end();
    });
  }

  close(): void {
    this.#session.destroy();
  }

  #request(method: Method, token: string | undefined): ClientHttp2Stream {
    const stream = this.#session.request({
      ':method': 'POST',
      ':path': `/${fullName}/${methods[method].name}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    });
    stream.on('error', () => {});
    return stream;
  }
}

/** How a call ended, once nothing of it is left; undefined: well. */
function statusOf(stream: ClientHttp2Stream): Promise<Refused | undefined> {
  return new Promise((resolve) => {
    let status: Refused | undefined = new Refused(UNAVAILABLE, 'the connection broke');
    const read = (headers: Record<string, unknown>) => {
      const code = headers['grpc-status'];
      if (code === undefined) return;
      status = code === '0' ? undefined : new Refused(Number(code), String(headers['grpc-message'] ?? ''));
    };
    stream.on('response', read);
    stream.on('trailers', read);
    stream.on('close', () => resolve(status));
  });
}

/** A stream that reads ahead into no more than a few bytes of its own. */
function withSmallBuffers<Made>(make: () => Made): Made {
  const usualBytes = getDefaultHighWaterMark(false);
  setDefaultHighWaterMark(false, SMALL.bufferBytes);
  try {
    return make();
  } finally {
    setDefaultHighWaterMark(false, usualBytes);
  }
}
