import { PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import { grpcDefinition } from '@clew/service-kit/grpc-definition';
import { StreamServer } from '@clew/service-kit/stream-server';
import { type Door, type DoorOptions, messageBytesMax } from '../door.ts';
import { interceptor } from './interceptor.ts';
import { playHandlers } from './play-handlers.ts';

/** Connections without a call are closed after this. */
const connectionIdleMs = 60_000;
const streamsPerConnectionMax = 1_024;
/** Of one connection, in megabytes: beyond it HTTP/2 refuses new streams. */
const connectionMegabytesMax = 64;

/** Native gRPC over HTTP/2, with health and reflection. */
export class GrpcDoor implements Door {
  readonly #server: StreamServer;

  constructor(options: DoorOptions) {
    const { refusals, sinks, requestMs } = options;
    this.#server = new StreamServer({
      serviceNames: [PlayServiceDefinition.fullName],
      options: {
        'grpc.max_receive_message_length': messageBytesMax,
        'grpc.max_connection_idle_ms': connectionIdleMs,
        'grpc.max_concurrent_streams': streamsPerConnectionMax,
        'grpc-node.max_session_memory': connectionMegabytesMax,
        interceptors: [interceptor({ refusals, requestMs, lingerMs: sinks.lingerMs })],
      },
    });
    this.#server.add(grpcDefinition(PlayServiceDefinition, ['play', 'watch']), playHandlers(options));
  }

  listen(host: string, port: number): Promise<number> {
    return this.#server.listen(host, port);
  }

  /** Health says NOT_SERVING from now on. */
  drain(): void {
    this.#server.drain();
  }

  stop(graceMs: number): Promise<void> {
    return this.#server.stop(graceMs);
  }
}
