import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

/** A whole message of binary data in one frame: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
const finBinary = 0x82;
const masked = 0x80;
/** From here on the length does not fit into its seven bits. */
const longLength = 126;
/** Of such a frame of a client: two bytes and the mask. */
const headBytes = 6;

/**
 * The messages of a client that come as nearly all do: short, in one frame, and whole with one read of the socket. They are
 * taken here, before `ws` sees them, for its receiver is a stream of its own: of what an input costs an edge it was a tenth.
 * Whatever looks otherwise (long, in parts, pings, the close, what is against the rules) is left to `ws`.
 *
 * U1 Nothing is taken while `ws` is within a frame or a message: what it was given and what it told of are counted in bytes.
 * U2 What came before is told before: a read is taken whole or not at all.
 */
export class UsualMessages {
  readonly #onMessage: (message: Buffer) => void;
  /** Bytes that `ws` was given and has not told of. In frames that say more than they must they stay: then `ws` reads all. */
  #atWs = 0;

  /** `onMessage` gets views of what was read. */
  constructor(webSocket: WebSocket, socket: Socket, onMessage: (message: Buffer) => void) {
    this.#onMessage = onMessage;
    for (const told of ['message', 'ping', 'pong'] as const) {
      webSocket.on(told, (data: Buffer) => {
        this.#atWs -= frameBytes(data.length);
      });
    }
    const emit = socket.emit.bind(socket) as (event: string | symbol, ...values: unknown[]) => boolean;
    socket.emit = (event: string | symbol, ...values: unknown[]) =>
      (event === 'data' && this.#take(values[0] as Buffer)) || emit(event, ...values);
  }

  /** False when it is for `ws`. */
  #take(read: Buffer): boolean {
    if (this.#atWs > 0 || !isUsual(read)) {
      this.#atWs += read.length; // U1
      return false;
    }
    for (let at = 0; at < read.length; ) {
      const end = at + headBytes + (read[at + 1]! ^ masked);
      unmask(read, at + 2, end);
      this.#onMessage(read.subarray(at + headBytes, end));
      at = end;
    }
    return true;
  }
}

/** Whether it is usual frames and nothing else (U2). */
function isUsual(read: Buffer): boolean {
  let at = 0;
  while (at + headBytes <= read.length) {
    const length = read[at + 1]! ^ masked;
    if (read[at] !== finBinary || length >= longLength) return false;
    at += headBytes + length;
  }
  return at === read.length;
}

/** Those of a frame that says no more than it must; beyond 64 kB, which the door does not take, it would be more. */
function frameBytes(length: number): number {
  return headBytes + (length < longLength ? 0 : 2) + length;
}

/** What follows the mask up to `end`. */
function unmask(read: Buffer, mask: number, end: number): void {
  for (let at = mask + 4; at < end; at++) read[at]! ^= read[mask + ((at - mask) & 3)]!;
}
