import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Collections } from '@clew/service-kit/collections';
import { ServiceError } from '@clew/service-kit/service-error';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { DoorOptions, Method } from '../door.ts';
import { methodOf } from '../unary.ts';
import type { Cors } from '../web/cors.ts';
import { WebSocketCall } from './call.ts';
import { clientMessageBytesMax, SUBPROTOCOL } from './frames.ts';

export interface WebSocketDoorOptions extends DoorOptions {
  readonly cors: Cors;
  readonly collections: Collections;
  /** Most sockets at once; the web door sees to it. */
  readonly connectionsMax: number;
}

/** M3: what `ws` may keep of a client. Newer than its types. */
const bounds: ServerOptions & {
  /** Fragments of one message, and pieces of the socket's reads, until the message is whole. */
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  /** Answers to pings that the client does not take. */
  readonly maxPendingAutoPongs: number;
  /** How long it waits for the answer to its close; calls and sinks are quicker. */
  readonly closeTimeout: number;
} = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  skipUTF8Validation: true, // text is refused
  maxPayload: clientMessageBytesMax,
  maxFragments: 16,
  maxBufferedChunks: 64,
  maxPendingAutoPongs: 4,
  closeTimeout: 5_000,
  handleProtocols: () => SUBPROTOCOL,
};

/**
 * gRPC-web over WebSocket, on the web door's port: one socket for each call, bidirectional. Whoever comes from a page of
 * a foreign origin is refused before the handshake, for browsers do not ask first as they do for fetch.
 */
export class WebSocketDoor {
  readonly #options: WebSocketDoorOptions;
  readonly #server: WebSocketServer;
  readonly #calls: Set<WebSocketCall>;

  constructor(options: WebSocketDoorOptions) {
    this.#options = options;
    this.#calls = options.collections.set('edge.web_socket_calls', { bound: options.connectionsMax });
    this.#server = new WebSocketServer(bounds);
  }

  /** Whether the web door is to hand over a request, rather than serve it as if nothing was said of another protocol. */
  static wants(request: IncomingMessage): boolean {
    return request.headers.upgrade?.toLowerCase() === 'websocket';
  }

  /** A request that wants to become a WebSocket. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => {}); // `close` follows
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy());
      return;
    }
    const method = methodOf(pathOf(request));
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#serve(webSocket, socket, method));
  }

  /** Cuts the calls that are left. */
  stop(): void {
    for (const call of this.#calls) call.cut();
  }

  #serve(webSocket: WebSocket, socket: Socket, method: Method): void {
    const call = new WebSocketCall({ ...this.#options, webSocket, socket, method });
    this.#calls.add(call);
    socket.once('close', () => this.#calls.delete(call));
  }

  /** The status line's end, when there is no such call here. */
  #refusal(request: IncomingMessage): string | undefined {
    const { origin } = request.headers;
    if (origin !== undefined && !this.#options.cors.allows(origin)) return '403 Forbidden';
    const offered = request.headers['sec-websocket-protocol'] ?? '';
    if (!offered.split(/\s*,\s*/).includes(SUBPROTOCOL)) return '400 Bad Request';
    try {
      methodOf(pathOf(request));
    } catch (thrown) {
      if (thrown instanceof ServiceError) return '404 Not Found';
      throw thrown;
    }
    return undefined;
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/';
}
