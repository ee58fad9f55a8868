import { setTimeout as sleep } from 'node:timers/promises';
import {
  Server,
  ServerCredentials,
  type ServerOptions,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { OpenServices } from './open-services.ts';
import { addReflection } from './reflection.ts';

export interface StreamServerOptions {
  /** Full names of the services that health and reflection tell of. */
  readonly serviceNames: readonly string[];
  /** Of grpc-js, beyond keepalive. Never switch channelz off on a server: it breaks its shutdown. */
  readonly options?: ServerOptions;
}

/**
 * A gRPC listener on bare grpc-js, for services whose streams count every microsecond and buffered byte, with health and
 * reflection. Shutdown in order: health says NOT_SERVING, the owner ends its streams, calls get `graceMs`, the rest is cut.
 */
export class StreamServer {
  readonly #server: Server;
  readonly #health: HealthImplementation;
  readonly #names: readonly string[];

  constructor({ serviceNames, options }: StreamServerOptions) {
    this.#names = ['', ...serviceNames];
    this.#health = new HealthImplementation(Object.fromEntries(this.#names.map((name) => [name, 'NOT_SERVING'])));
    this.#server = new Server({
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 5_000,
      'grpc.max_receive_message_length': 256 * 1024,
      ...options,
    });
    const open = new OpenServices(this.#server, this.#names);
    this.#health.addToServer(open);
    addReflection(open, serviceNames);
  }

  add(service: ServiceDefinition, implementation: UntypedServiceImplementation): void {
    this.#server.addService(service, implementation);
  }

  /** Binds; returns the port. */
  async listen(host: string, port: number): Promise<number> {
    const bound = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    this.#setHealth('SERVING');
    return bound;
  }

  /** Health says NOT_SERVING from now on; streams go on. */
  drain(): void {
    this.#setHealth('NOT_SERVING');
  }

  async stop(graceMs = 1_000): Promise<void> {
    this.drain();
    // Its callback never comes when a connection was reset just before: forceShutdown has the last word, either way.
    const ended = new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    await Promise.race([ended, sleep(graceMs, undefined, { ref: false })]);
    this.#server.forceShutdown();
  }

  #setHealth(status: 'SERVING' | 'NOT_SERVING'): void {
    for (const name of this.#names) this.#health.setStatus(name, status);
  }
}
