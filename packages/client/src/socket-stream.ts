import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import { PlayRequest, PlayResponse, PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import { Status } from 'nice-grpc-common';
import { ClewError } from './clew-error.ts';
import { GrpcWebReader } from './grpc-web-reader.ts';
import { unreachable } from './status-details.ts';
import type { PlayerStream, StreamListener, TraceHeader } from './transport.ts';

/** The browser's WebSocket, or one like it. */
export type SocketClass = new (url: string, protocols: string[]) => SocketLike;

export interface SocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  // biome-ignore lint/suspicious/noExplicitAny: events of the browser and of `ws` have no common type
  onopen: ((event: any) => void) | null;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onmessage: ((event: any) => void) | null;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onclose: ((event: any) => void) | null;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onerror: ((event: any) => void) | null;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}

const SUBPROTOCOL = 'grpc-websockets';
const HEAD_BYTES = 5;
/** Bytes that wait to be written; beyond it, inputs wait where they are made. */
const WAITING_BYTES_MAX = 16 * 1024;

/**
 * The player's stream as gRPC-web over WebSocket: a Play, both ways. The first message up is the metadata; each further
 * one a byte 0 and a frame of gRPC-web.
 *
 * W1 `unusable` is told instead of `closed` when the edge never said anything: nothing leads there by WebSocket.
 * W2 Whoever does not open within `openMs` is unusable: some proxies swallow what they do not know.
 */
export interface SocketStreamOptions {
  readonly Socket: SocketClass;
  readonly address: string;
  readonly token: string;
  readonly trace: TraceHeader | undefined;
  readonly openMs: number;
  readonly listener: StreamListener;
  readonly unusable: (error: ClewError) => void;
}

export class SocketStream implements PlayerStream {
  readonly #options: SocketStreamOptions;
  readonly #socket: SocketLike;
  readonly #reader: GrpcWebReader;
  readonly #opening: ReturnType<typeof setTimeout>;
  #life: 'opening' | 'open' | 'closed' = 'opening';
  /** The edge said something. */
  #isAnswered = false;
  #toldSequence = 0;

  constructor(options: SocketStreamOptions) {
    const { Socket, address, openMs, listener } = options;
    this.#options = options;
    this.#reader = new GrpcWebReader(
      (message) => {
        if (this.#life !== 'closed') listener.message(PlayResponse.decode(message), HEAD_BYTES + message.length);
      },
      { headers: true },
    );
    const { fullName, methods } = PlayServiceDefinition;
    this.#socket = new Socket(`${address.replace(/^http/, 'ws')}/${fullName}/${methods.play.name}`, [SUBPROTOCOL]);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onopen = () => this.#opened();
    this.#socket.onmessage = ({ data }: { data: unknown }) => this.#take(data);
    this.#socket.onclose = () => this.#lost(this.#reader.end(() => undefined));
    this.#socket.onerror = () => {}; // `close` follows
    this.#opening = setTimeout(() => this.#lost(unreachable('the WebSocket does not open')), openMs); // W2
  }

  send(unacknowledged: readonly Input[]): void {
    if (this.#life !== 'open' || this.#socket.bufferedAmount > WAITING_BYTES_MAX) return;
    const first = unacknowledged.findIndex(({ sequence }) => sequence > this.#toldSequence);
    if (first < 0) return;
    const inputs = first === 0 ? unacknowledged : unacknowledged.slice(first);
    this.#toldSequence = inputs.at(-1)!.sequence;
    this.#socket.send(framed(PlayRequest.encode({ inputs: inputs as Input[] }).finish()));
  }

  sayHere(): void {
    if (this.#life === 'open' && this.#socket.bufferedAmount <= WAITING_BYTES_MAX) this.#socket.send(signOfLife);
  }

  close(): void {
    if (this.#life === 'closed') return;
    this.#life = 'closed';
    this.#drop();
  }

  #opened(): void {
    if (this.#life !== 'opening') return;
    clearTimeout(this.#opening);
    this.#life = 'open';
    const lines = ['content-type: application/grpc-web+proto', 'x-grpc-web: 1'];
    const { token, trace } = this.#options;
    const traceparent = trace?.();
    if (traceparent !== undefined) lines.push(`traceparent: ${traceparent}`);
    lines.push(`authorization: Bearer ${token}`, '');
    this.#socket.send(new TextEncoder().encode(lines.join('\r\n')));
  }

  #take(data: unknown): void {
    if (this.#life === 'closed') return;
    this.#isAnswered = true;
    try {
      if (!(data instanceof ArrayBuffer)) throw new RangeError('a message that is not binary');
      this.#reader.read(new Uint8Array(data));
    } catch (thrown) {
      this.#lost(unreachable((thrown as Error).message));
    }
  }

  #lost(error = new ClewError(Status.UNAVAILABLE, 'STREAM_ENDED', 'the edge ended the stream')): void {
    if (this.#life === 'closed') return;
    this.#life = 'closed';
    this.#drop();
    if (this.#isAnswered) this.#options.listener.closed(error);
    else this.#options.unusable(error); // W1
  }

  #drop(): void {
    clearTimeout(this.#opening);
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    // The error listener stays: `ws` reports a socket that is closed before it opened.
    this.#socket.close();
  }
}

function framed(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(1 + HEAD_BYTES + message.length);
  new DataView(frame.buffer).setUint32(2, message.length);
  frame.set(message, 1 + HEAD_BYTES);
  return frame;
}

const signOfLife = framed(PlayRequest.encode({ inputs: [] }).finish());
