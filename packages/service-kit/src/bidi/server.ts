import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { ServerCall } from './server-call.ts';

export interface BidiServerOptions {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly messageBytesMax: number;
  readonly connectionsMax: number;
  /** A client is asked so often whether it is there; one that answered neither of two times is cut off. Default 10 s. */
  readonly pingMs?: number;
  readonly onCall: (call: ServerCall) => void;
}

/**
 * A listener for one bidirectional method of gRPC, on bare HTTP/2: for streams between services whose messages come by the
 * hundred a second. Any client of gRPC can speak to it.
 *
 * B1 A client that is gone without a word is noticed within three pings, and so is a connection that nobody calls on. One
 * unanswered ping proves nothing: if this process stood still meanwhile, its timer comes before the answers that wait.
 */
export class BidiServer {
  readonly #options: BidiServerOptions;
  readonly #server = createServer({ maxSessionMemory: Number.MAX_SAFE_INTEGER }); // those who write keep the bound
  /** M3: at most `connectionsMax`. */
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(options: BidiServerOptions) {
    this.#options = options;
    this.#server.on('session', (session) => this.#keep(session));
    this.#server.maxConnections = options.connectionsMax;
  }

  /** Connections. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Binds; returns the port. */
  async listen(host: string, port: number): Promise<number> {
    await once(this.#server.listen(port, host), 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no more connections; calls get `graceMs` to end, the rest is cut. */
  async stop(graceMs = 1_000): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve())); // it says GOAWAY to all
    await Promise.race([closed, sleep(graceMs, undefined, { ref: false })]);
    for (const session of this.#sessions) session.destroy();
    await closed;
  }

  #keep(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    let unanswered = 0;
    let calls = 0;
    const ping = setInterval(() => {
      if (unanswered === 2 || calls === 0) return void session.destroy(); // B1
      unanswered += 1;
      session.ping(() => {
        unanswered = 0;
      });
    }, this.#options.pingMs ?? 10_000);
    session.on('stream', (stream, headers) => {
      this.#open(stream as ServerHttp2Stream, headers);
      calls += 1;
      stream.on('close', () => {
        calls -= 1;
      });
    });
    session.on('error', () => {}); // `close` comes, too
    session.on('close', () => {
      clearInterval(ping);
      this.#sessions.delete(session);
    });
  }

  #open(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const call = new ServerCall(stream, this.#options.messageBytesMax);
    if (headers[':path'] === this.#options.path) this.#options.onCall(call);
    else call.end(status.UNIMPLEMENTED, `the method here is ${this.#options.path}`);
  }
}
