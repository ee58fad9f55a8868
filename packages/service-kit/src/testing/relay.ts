import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a peer on which a test can see who is connected. */
export class Relay implements AsyncDisposable {
  /** Connections that came and are still there. */
  readonly near = new Set<Socket>();
  readonly #far = new Set<Socket>();
  readonly #server: Server;

  private constructor(target: string) {
    const [host, port] = target.split(':');
    this.#server = createServer((near) => {
      const far = connect(Number(port), host);
      this.near.add(near);
      this.#far.add(far);
      near.on('close', () => this.near.delete(near)).on('error', () => {});
      far.on('close', () => this.#far.delete(far)).on('error', () => {});
      near.pipe(far).pipe(near);
    });
  }

  /** The target is host:port. */
  static async open(target: string): Promise<Relay> {
    const relay = new Relay(target);
    await once(relay.#server.listen(0, '127.0.0.1'), 'listening');
    return relay;
  }

  /** host:port to connect to instead of the target. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when nobody is connected. */
  async abandoned(): Promise<void> {
    for (const socket of this.near) await once(socket, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of [...this.near, ...this.#far]) socket.destroy();
    this.#server.close();
  }
}
