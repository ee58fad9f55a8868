import type { CompatServiceDefinition, ServiceImplementation } from 'nice-grpc';
import { Status } from 'nice-grpc-common';
import { controlHandlers, type Handlers } from './control-handlers.ts';
import { type GenericService, grpcDefinition } from './grpc-definition.ts';
import type { Log } from './log.ts';
import { ServiceError } from './service-error.ts';
import { StreamServer } from './stream-server.ts';
import type { ServerCalls } from './telemetry/server-calls.ts';

export interface ControlServerOptions {
  readonly log: Log;
  /** Full names of the services that health and reflection tell of. */
  readonly serviceNames: readonly string[];
  /** Largest request; 256 KiB unless told. */
  readonly requestBytesMax?: number;
  /** Told of every refusal, to count it. */
  readonly onRefusal?: (error: ServiceError) => void;
  /** Hears of every call but streams. */
  readonly calls?: ServerCalls;
}

/**
 * A gRPC listener for control calls between services, with health and reflection. Every refusal carries google.rpc
 * details; the unknown is logged with its cause and answered neutrally.
 *
 * Shutdown in order: health says NOT_SERVING, calls get `graceMs` to end, the rest is cut.
 */
export class ControlServer {
  readonly #server: StreamServer;
  readonly #options: ControlServerOptions;

  constructor(options: ControlServerOptions) {
    const { serviceNames, requestBytesMax } = options;
    this.#options = options;
    this.#server = new StreamServer({
      serviceNames,
      ...(requestBytesMax !== undefined && { options: { 'grpc.max_receive_message_length': requestBytesMax } }),
    });
  }

  add<Service extends GenericService & CompatServiceDefinition>(
    service: Service,
    implementation: ServiceImplementation<Service>,
  ): void {
    const funnel = (thrown: unknown, path: string) => this.#refusal(thrown, path);
    const handlers = implementation as unknown as Handlers;
    this.#server.add(grpcDefinition(service), controlHandlers(service, handlers, funnel, this.#options.calls));
  }

  /** Binds; returns the port. */
  listen(host: string, port: number): Promise<number> {
    return this.#server.listen(host, port);
  }

  stop(graceMs = 1_000): Promise<void> {
    return this.#server.stop(graceMs);
  }

  #refusal(thrown: unknown, method: string): ServiceError {
    const error = ServiceError.from(thrown);
    this.#options.onRefusal?.(error);
    // What is away is told once by its connection, not by each call that met it.
    if (error.status === Status.INTERNAL) this.#options.log.error({ err: error.cause, method }, 'call failed');
    return error;
  }
}
