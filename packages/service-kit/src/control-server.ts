import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CompatServiceDefinition, ServiceImplementation } from 'nice-grpc';
import { type CallContext, createServer, type ServerMiddlewareCall, Status } from 'nice-grpc';
import { errorDetailsServerMiddleware, RichServerError } from 'nice-grpc-error-details';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import type { Log } from './log.ts';
import { ServiceError } from './service-error.ts';

/** Descriptors of all protos, for reflection; written by `npm run generate`. */
const descriptors = new URL('../../protocol/gen/descriptors.binpb', import.meta.url);

export interface ControlServerOptions {
  readonly log: Log;
  /** Full names of the services that health and reflection tell of. */
  readonly serviceNames: readonly string[];
  /** Largest request; 256 KiB unless told. */
  readonly requestBytesMax?: number;
  /** Told of every refusal, to count it. */
  readonly onRefusal?: (error: ServiceError) => void;
}

/**
 * A gRPC listener for control calls between services, with health and reflection. Every refusal carries google.rpc
 * details; the unknown is logged with its cause and answered neutrally.
 *
 * Shutdown in order: health says NOT_SERVING, calls get `graceMs` to end, the rest is cut.
 */
export class ControlServer {
  readonly #server;
  readonly #health = HealthState();
  readonly #names: readonly string[];

  constructor({ log, serviceNames, requestBytesMax, onRefusal }: ControlServerOptions) {
    this.#names = ['', ...serviceNames];
    this.#setHealth('unhealthy');
    this.#server = createServer({
      'grpc.max_receive_message_length': requestBytesMax ?? 256 * 1024,
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 5_000,
    })
      .use(errorDetailsServerMiddleware)
      .use(refusals(log, onRefusal));
    this.#server.add(HealthDefinition, HealthServiceImpl(this.#health));
    this.#server.add(ServerReflectionService, ServerReflection(readFileSync(descriptors), [...serviceNames]));
  }

  add<Service extends CompatServiceDefinition>(service: Service, implementation: ServiceImplementation<Service>): void {
    this.#server.add(service, implementation);
  }

  /** Binds; returns the port. */
  async listen(host: string, port: number): Promise<number> {
    const bound = await this.#server.listen(`${host}:${port}`);
    this.#setHealth('healthy');
    return bound;
  }

  async stop(graceMs = 1_000): Promise<void> {
    this.#setHealth('unhealthy');
    const over = new AbortController();
    const grace = sleep(graceMs, undefined, { signal: over.signal }).catch(() => {});
    // It never ends when a connection was reset just before: forceShutdown has the last word, either way.
    await Promise.race([this.#server.shutdown(), grace]);
    over.abort();
    this.#server.forceShutdown();
  }

  #setHealth(status: 'healthy' | 'unhealthy'): void {
    for (const name of this.#names) this.#health.setStatus(status, name);
  }
}

function refusals(log: Log, onRefusal?: (error: ServiceError) => void) {
  return async function* refuse<Request, Response>(
    call: ServerMiddlewareCall<Request, Response>,
    context: CallContext,
  ) {
    try {
      return yield* call.next(call.request, context);
    } catch (thrown) {
      if (context.signal.aborted) throw thrown;
      const error = ServiceError.from(thrown);
      onRefusal?.(error);
      // What is away is told once by its connection, not by each call that met it.
      if (error.status === Status.INTERNAL) log.error({ err: error.cause, method: call.method.path }, 'call failed');
      throw new RichServerError(error.status, error.message, [...error.details]);
    }
  };
}
