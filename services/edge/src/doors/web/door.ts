import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Collections } from '@clew/service-kit/collections';
import type { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import type { Door, DoorOptions } from '../door.ts';
import { isCall } from '../unary.ts';
import { WebSocketDoor } from '../web-socket/door.ts';
import { Cors } from './cors.ts';
import type { Encoding } from './frames.ts';
import { plainText } from './plain-text.ts';
import { encodingOf, serveCall } from './play-handlers.ts';
import { SecurityHeaders } from './security-headers.ts';
import { StaticFiles } from './static-files.ts';

export interface WebDoorOptions extends DoorOptions {
  /** Folder with the built pages. */
  readonly webRoot: string;
  readonly allowedOrigins: readonly string[];
  /** How long a connection without a call is kept for the next. */
  readonly keepAliveMs: number;
  /** Most connections; further ones are closed at once. */
  readonly connectionsMax: number;
  readonly collections: Collections;
  readonly counters: Counters;
  readonly log: Log;
}

/** A caller who is gone sent no garbage. */
const lostConnection: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);
/** While stopping. */
const idleCheckMs = 20;

/** gRPC-web, over fetch and over WebSocket, and the game's pages, on one HTTP/1.1 port. */
export class WebDoor implements Door {
  readonly #options: WebDoorOptions;
  readonly #server: Server;
  readonly #cors: Cors;
  readonly #files: StaticFiles;
  readonly #sockets: WebSocketDoor;
  #security = new SecurityHeaders([]);
  #connections = 0;

  constructor(options: WebDoorOptions) {
    this.#options = options;
    this.#cors = new Cors(options.allowedOrigins);
    this.#files = new StaticFiles(options.webRoot);
    this.#sockets = new WebSocketDoor({ ...options, cors: this.#cors });
    this.#server = createServer(
      {
        headersTimeout: options.requestMs,
        requestTimeout: options.requestMs,
        connectionsCheckingInterval: options.requestMs / 2,
        keepAliveTimeout: options.keepAliveMs,
        noDelay: true,
        shouldUpgradeCallback: WebSocketDoor.wants,
      },
      (request, response) => this.#serve(request, response),
    );
    this.#server.maxConnections = options.connectionsMax;
    this.#server.on('connection', (socket) => {
      this.#connections += 1;
      socket.on('close', () => {
        this.#connections -= 1;
      });
    });
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (!lostConnection.has(error.code ?? '')) options.counters.add('edge.web_garbage');
      const untouched = socket.writable && (socket as Socket).bytesWritten === 0;
      if (untouched) socket.write('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      socket.destroy();
    });
  }

  /** Open connections; players' streams and whatever browsers keep for later. */
  get connections(): number {
    return this.#connections;
  }

  /** The pages may talk to these edges; known only when all doors are bound. */
  tellEdges(origins: readonly string[]): void {
    this.#security = new SecurityHeaders(origins);
  }

  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening'); // throws what happens instead
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const idle = setInterval(() => this.#server.closeIdleConnections(), idleCheckMs); // those that ended meanwhile, too
    const cut = setTimeout(() => {
      this.#server.closeAllConnections();
      this.#sockets.stop();
    }, graceMs);
    await closed;
    clearInterval(idle);
    clearTimeout(cut);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    try {
      this.#route(request, response);
    } catch (thrown) {
      this.#fail(response, thrown);
    }
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    try {
      this.#sockets.upgrade(request, socket, head);
    } catch (thrown) {
      this.#options.log.error({ err: thrown }, 'the web door failed');
      socket.destroy();
    }
  }

  #fail(response: ServerResponse, thrown: unknown): void {
    this.#options.log.error({ err: thrown }, 'the web door failed');
    if (response.headersSent) response.destroy();
    else plainText(response, 500, 'something went wrong on our side\n');
  }

  #route(request: IncomingMessage, response: ServerResponse): void {
    SecurityHeaders.forAll(response);
    const path = (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/';
    const encoding = encodingOf(request);
    if (isCall(path) || (encoding !== undefined && request.method === 'POST')) {
      this.#call(path, encoding, request, response);
    } else {
      this.#security.forPages(response);
      response.setTimeout(this.#options.requestMs, () => request.socket.resetAndDestroy()); // M4
      this.#files.serve(path, request, response);
    }
  }

  #call(path: string, encoding: Encoding | undefined, request: IncomingMessage, response: ServerResponse): void {
    this.#cors.allow(request, response);
    if (request.method === 'OPTIONS') {
      this.#cors.preflight(response);
    } else if (request.method !== 'POST') {
      response.setHeader('allow', 'POST, OPTIONS');
      plainText(response, 405, 'calls are POST\n');
    } else if (encoding === undefined) {
      response.setHeader('accept-post', 'application/grpc-web+proto, application/grpc-web-text+proto');
      plainText(response, 415, 'calls are application/grpc-web+proto or application/grpc-web-text+proto\n');
    } else {
      serveCall(path, encoding, request, response, this.#options).catch((thrown) => this.#fail(response, thrown));
    }
  }
}
