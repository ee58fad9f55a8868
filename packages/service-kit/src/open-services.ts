import {
  type Server,
  type ServerDuplexStream,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { resetStream } from './reset-call.ts';

const streamsMax = 64;
const backlogMax = 8;

// biome-ignore lint/suspicious/noExplicitAny: streams of any service
type Stream = ServerDuplexStream<any, any>;

/**
 * Lets the libraries of health and reflection serve whoever asks, with the bounds that they lack (M3): so many streams at
 * once, so much waiting for a reader that does not read (M4), and no watcher of a name that nobody has, because the health
 * library keeps every name that was ever watched.
 */
export class OpenServices {
  readonly #server: Server;
  readonly #names: ReadonlySet<string>;
  #streams = 0;

  /** `names` are the services whose health is told. */
  constructor(server: Server, names: readonly string[]) {
    this.#server = server;
    this.#names = new Set(names);
  }

  addService(definition: ServiceDefinition, implementation: UntypedServiceImplementation): void {
    const bounded: UntypedServiceImplementation = { ...implementation };
    for (const [key, handler] of Object.entries(implementation)) {
      const method = Object.values(definition).find(({ path, originalName }) => {
        return (
          originalName === key || path.endsWith(`/${key}`) || path.endsWith(`/${key[0]?.toUpperCase()}${key.slice(1)}`)
        );
      });
      if (method?.responseStream) bounded[key] = this.#bounded(handler as (call: Stream) => void);
    }
    this.#server.addService(definition, bounded);
  }

  #bounded(handler: (call: Stream) => void): (call: Stream) => void {
    return (call) => {
      const watched = (call as { request?: { service?: unknown } }).request?.service;
      if (typeof watched === 'string' && !this.#names.has(watched)) {
        return refuse(call, status.NOT_FOUND, 'no such service here');
      }
      if (this.#streams >= streamsMax) return refuse(call, status.RESOURCE_EXHAUSTED, 'too many streams of this kind');
      this.#streams += 1;
      call.once('close', () => {
        this.#streams -= 1;
      });
      if (typeof call.read === 'function') {
        call.on('data', () => {
          if (call.writableLength > backlogMax) resetStream(call);
        });
      }
      handler(call);
    };
  }
}

function refuse(call: Stream, code: status, details: string): void {
  call.emit('error', { code, details });
}
