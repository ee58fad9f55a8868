import type { Socket } from 'node:net';
import type { ServiceError } from '@clew/service-kit/service-error';
import type { WebSocket } from 'ws';
import { PlayerSink, type SinkOptions } from '../../player-sink.ts';
import { SharedFraming } from '../shared-framing.ts';
import { headers, socketFrame, socketTrailer } from './frames.ts';

const nothing = Buffer.alloc(0);
const framing = new SharedFraming(socketFrame);
/** RFC 6455: the purpose of the connection was fulfilled. */
const closedNormally = 1000;

/**
 * The way down through one WebSocket. Frames are made here, once for all players of a match, and written to the socket
 * below: `ws` would make each player's anew, and write head and message apart. What `ws` itself writes (pongs, the close)
 * are whole frames as well, so they may come in between.
 */
export class WebSocketPlayerSink extends PlayerSink {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;

  constructor(webSocket: WebSocket, socket: Socket, options: SinkOptions) {
    super(options);
    this.#webSocket = webSocket;
    this.#socket = socket;
    if (this.isSevered) {
      this.hasClosed();
      return;
    }
    // The close handshake was begun: from now on nobody reads.
    webSocket.once('close', () => this.hasGone());
    socket.once('end', () => this.hasGone());
    socket.once('close', () => this.hasClosed());
    socket.write(headers);
  }

  get isSevered(): boolean {
    return this.#socket.destroyed;
  }

  /** Nearly always the system takes it at once: a callback, which costs a turn of its own, is for when it does not. */
  protected transmit(first: Uint8Array, second: Uint8Array | undefined, taken: () => void): boolean {
    const socket = this.#socket;
    socket.write(framing.of(first, second));
    if (socket.writableLength === 0) return true;
    socket.write(nothing, taken);
    return false;
  }

  protected finish(error: ServiceError | undefined): void {
    this.#socket.write(socketTrailer(error));
    this.#webSocket.close(closedNormally);
  }

  protected cut(): void {
    this.#socket.resetAndDestroy();
  }
}
