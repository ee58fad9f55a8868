import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * The real Redis of a test: CLEW_TEST_REDIS_URL, with a database number of the test file's own, so that files run at once.
 */
export function testRedisUrl(database: number): string {
  const given = process.env.CLEW_TEST_REDIS_URL;
  if (!given) throw new Error('CLEW_TEST_REDIS_URL is unset: tests of this name need a Redis of their own');
  const url = new URL(given);
  url.pathname = `/${database}`;
  return url.href;
}

/** A way to the real Redis that a test can take away: cut (connections end, new ones are refused) or frozen (silent). */
export class RedisRelay implements AsyncDisposable {
  readonly #target: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #frozen = false;
  #delayMs = 0;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((near) => this.#relay(near));
  }

  static async open(targetUrl: string): Promise<RedisRelay> {
    const relay = new RedisRelay(new URL(targetUrl));
    await relay.#listen();
    return relay;
  }

  /** Where to connect instead of the target. */
  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${this.#port}`;
    return url.href;
  }

  /** Ends all connections and refuses new ones. */
  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Lets connections through again, after cut or freeze. */
  async restore(): Promise<void> {
    if (!this.#server.listening) await this.#listen();
    this.#frozen = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Whatever Redis is told arrives so much later; 0 ends that. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Connections stay open and say nothing. */
  freeze(): void {
    this.#frozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.cut();
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #relay(near: Socket): void {
    const far = connect(Number(this.#target.port || 6379), this.#target.hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('data', (bytes) => {
        if (socket === near && this.#delayMs > 0) setTimeout(() => other.write(bytes), this.#delayMs);
        else other.write(bytes);
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      if (this.#frozen) socket.pause();
    }
  }
}
