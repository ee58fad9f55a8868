import { type PlayServiceClient, PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import { type CallOptions, ClientError, Metadata } from 'nice-grpc-common';
import { createChannel, createClient, FetchTransport } from 'nice-grpc-web';
import { ClewError } from './clew-error.ts';
import { errorOf, unreachable } from './status-details.ts';
import type { TraceHeader, Transport } from './transport.ts';
import type { UnaryCalls, WebDoor } from './web-door.ts';
import { webTransport } from './web-transport.ts';

/**
 * For browsers and Node: gRPC-web, over WebSocket where that is let through, else over fetch alone. Addresses are origins:
 * "http://127.0.0.1:8080".
 */
export function socketTransport(): Transport {
  return webTransport((address, trace) => new FetchDoor(address, trace), WebSocket);
}

/** gRPC-web over fetch alone, for browsers and Node. */
export function fetchTransport(): Transport {
  return webTransport((address, trace) => new FetchDoor(address, trace));
}

type HttpTransport = NonNullable<Parameters<typeof createChannel>[1]>;

/** A door through nice-grpc-web. Holds nothing open by itself: sockets are the browser's. */
class FetchDoor implements WebDoor {
  readonly address: string;
  readonly #trace: TraceHeader | undefined;
  #client: PlayServiceClient | undefined;

  constructor(address: string, trace: TraceHeader | undefined) {
    this.address = address;
    this.#trace = trace;
  }

  async call<Name extends keyof UnaryCalls>(
    name: Name,
    request: UnaryCalls[Name]['request'],
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<UnaryCalls[Name]['answer']> {
    this.#client ??= createClient(PlayServiceDefinition, createChannel(this.address, http));
    const call = this.#client[name] as (
      request: UnaryCalls[Name]['request'],
      options: CallOptions,
    ) => Promise<UnaryCalls[Name]['answer']>;
    const trailer = new Trailer();
    try {
      return await call(request, { signal, metadata: this.#headers(token), onTrailer: trailer.keep });
    } catch (thrown) {
      throw trailer.errorOf(thrown, signal);
    }
  }

  async watch(token: string, signal: AbortSignal, take: Parameters<WebDoor['watch']>[2]): Promise<void> {
    let bytes = 0;
    const counting = telling((count) => {
      bytes += count;
    });
    const client: PlayServiceClient = createClient(PlayServiceDefinition, createChannel(this.address, counting));
    const trailer = new Trailer();
    try {
      const options = { signal, metadata: this.#headers(token), onTrailer: trailer.keep };
      for await (const message of client.watch({}, options)) {
        take(message, bytes);
        bytes = 0;
      }
    } catch (thrown) {
      throw trailer.errorOf(thrown, signal);
    }
  }

  close(): void {}

  #headers(token: string | undefined): Metadata {
    const traceparent = this.#trace?.();
    return new Metadata({
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(traceparent === undefined ? {} : { traceparent }),
    });
  }
}

/**
 * The status as it came: nice-grpc-web's errors lack its details, and call failures of the network UNKNOWN. Where no
 * status came at all, nobody answered.
 */
class Trailer {
  #trailer: Metadata | undefined;

  readonly keep = (trailer: Metadata): void => {
    this.#trailer = trailer;
  };

  errorOf(thrown: unknown, signal: AbortSignal): ClewError {
    if (signal.aborted) return ClewError.from(signal.reason);
    if (!(thrown instanceof ClientError)) return ClewError.from(thrown);
    if (this.#trailer === undefined) return unreachable(thrown.details);
    return errorOf(thrown.code, thrown.details, this.#trailer.get('grpc-status-details-bin'));
  }
}

const http: HttpTransport = FetchTransport({ cache: 'no-store', credentials: 'omit' });

/** The same, telling how many bytes came. */
function telling(onBytes: (count: number) => void): HttpTransport {
  return async function* tellingTransport(parameters) {
    for await (const frame of http(parameters)) {
      if (frame.type === 'data') onBytes(frame.data.length);
      yield frame;
    }
  };
}
