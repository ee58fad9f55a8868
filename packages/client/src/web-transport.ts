import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import {
  type Edge,
  type PlayServiceClient,
  PlayServiceDefinition,
  type WatchResponse,
} from '@clew/protocol/clew/play/v1/play.ts';
import { type CallOptions, ClientError, Metadata, Status } from 'nice-grpc-common';
import { createChannel, createClient, FetchTransport } from 'nice-grpc-web';
import { bounded } from './bounded.ts';
import { ClewError } from './clew-error.ts';
import { errorOf } from './status-details.ts';
import { Steering } from './steering.ts';
import type { Connection, PlayerStream, StreamListener, Transport } from './transport.ts';

/**
 * gRPC-web over HTTP requests: the stream is a Watch, inputs are Steers. A Watch may reach its edge through a balancer that
 * leads the next call elsewhere. What must reach that edge is then refused there with WRONG_EDGE, and goes to the
 * address that the Watch's Welcome named: once that was needed, always.
 */
const STEER_MS_MAX = 1_000;

/** How nice-grpc-web sends requests. */
export type HttpTransport = NonNullable<Parameters<typeof createChannel>[1]>;
type Steer = (inputs: readonly Input[], signal: AbortSignal) => Promise<unknown>;

/** gRPC-web over fetch, for browsers and Node. Addresses are origins: "http://127.0.0.1:8080". */
export function fetchTransport(): Transport {
  return webTransport(FetchTransport({ cache: 'no-store', credentials: 'omit' }));
}

/** gRPC-web over whatever speaks HTTP. */
export function webTransport(http: HttpTransport): Transport {
  return {
    name: 'web',
    addressOf: (edge: Edge) => (edge.webUrl === '' ? undefined : edge.webUrl),
    connect: (address) => new WebConnection(http, address),
  };
}

class WebConnection implements Connection {
  /** Where all but the stream's own calls go. */
  readonly #door: Door;
  /** Where the edge that holds the stream can be reached for sure. */
  #home: Door;
  #welcomeAddress: string | undefined;
  #stream: WatchStream | undefined;

  constructor(http: HttpTransport, address: string) {
    this.#door = new Door(http, address);
    this.#home = this.#door;
  }

  signIn: Connection['signIn'] = (request, signal) =>
    this.#door.call(signal, undefined, (client, options) => client.signIn(request, options));

  resume: Connection['resume'] = (request, token, signal) =>
    this.#door.call(signal, token, (client, options) => client.resume(request, options));

  leave: Connection['leave'] = (token, signal) =>
    this.#door.call(signal, token, (client, options) => client.leave({}, options));

  findMatch: Connection['findMatch'] = (request, token, signal) =>
    this.#atHome((home) => home.call(signal, token, (client, options) => client.findMatch(request, options)));

  cancelMatch: Connection['cancelMatch'] = (token, signal) =>
    this.#atHome((home) => home.call(signal, token, (client, options) => client.cancelMatch({}, options)));

  openStream(token: string, listener: StreamListener): PlayerStream {
    this.#stream?.close();
    this.#home = this.#door;
    const steer: Steer = (inputs, signal) =>
      this.#atHome((home) =>
        home.call(signal, token, (client, options) => client.steer({ inputs: [...inputs] }, options)),
      );
    this.#stream = new WatchStream(this.#door, token, steer, {
      closed: (error) => listener.closed(error),
      message: (message, bytes) => {
        const { event } = message;
        if (event?.kind?.$case === 'welcome') this.#welcomeAddress = event.kind.value.edge?.webUrl;
        listener.message(message, bytes);
      },
    });
    return this.#stream;
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }

  async #atHome<Answer>(ask: (home: Door) => Promise<Answer>): Promise<Answer> {
    try {
      return await ask(this.#home);
    } catch (thrown) {
      const address = this.#welcomeAddress;
      const isElsewhere = ClewError.from(thrown).reason === 'WRONG_EDGE';
      if (!isElsewhere || address === undefined || address === '' || address === this.#home.address) throw thrown;
      this.#home = new Door(this.#door.http, address);
      return ask(this.#home);
    }
  }
}

/** The Watch, read to its end, and the Steers beside it. */
class WatchStream implements PlayerStream {
  readonly #steering: Steering;
  readonly #closing = new AbortController();

  constructor(door: Door, token: string, steer: Steer, listener: StreamListener) {
    this.#steering = new Steering({
      now: () => performance.now(),
      steer: (inputs) => bounded(STEER_MS_MAX, (signal) => steer(inputs, signal), this.#closing.signal),
    });
    void this.#read(door, token, listener);
  }

  send: PlayerStream['send'] = (unacknowledged) => {
    if (!this.#closing.signal.aborted) this.#steering.offer(unacknowledged);
  };

  close(): void {
    this.#closing.abort();
  }

  async #read(door: Door, token: string, listener: StreamListener): Promise<void> {
    const { signal } = this.#closing;
    let error: ClewError;
    try {
      for await (const { message, bytes } of door.watch(token, signal)) {
        if (signal.aborted) return;
        listener.message(message, bytes);
      }
      error = new ClewError(Status.UNAVAILABLE, 'STREAM_ENDED', 'the edge ended the stream');
    } catch (thrown) {
      error = ClewError.from(thrown);
    }
    if (signal.aborted) return;
    this.#closing.abort();
    listener.closed(error);
  }
}

/** One edge's web door. Holds nothing open by itself. */
class Door {
  readonly http: HttpTransport;
  readonly address: string;
  #client: PlayServiceClient | undefined;

  constructor(http: HttpTransport, address: string) {
    this.http = http;
    this.address = address;
  }

  async call<Answer>(
    signal: AbortSignal,
    token: string | undefined,
    ask: (client: PlayServiceClient, options: CallOptions) => Promise<Answer>,
  ): Promise<Answer> {
    this.#client ??= createClient(PlayServiceDefinition, createChannel(this.address, this.http));
    const trailer = new Trailer();
    try {
      return await ask(this.#client, { signal, metadata: bearer(token), onTrailer: trailer.keep });
    } catch (thrown) {
      throw trailer.errorOf(thrown, signal);
    }
  }

  async *watch(
    token: string,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly message: WatchResponse; readonly bytes: number }, void> {
    let bytes = 0;
    const channel = createChannel(
      this.address,
      telling(this.http, (count) => {
        bytes += count;
      }),
    );
    const trailer = new Trailer();
    try {
      const options = { signal, metadata: bearer(token), onTrailer: trailer.keep };
      for await (const message of createClient(PlayServiceDefinition, channel).watch({}, options)) {
        yield { message, bytes };
        bytes = 0;
      }
    } catch (thrown) {
      throw trailer.errorOf(thrown, signal);
    }
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
    if (this.#trailer === undefined) return errorOf(Status.UNAVAILABLE, thrown.details, undefined);
    return errorOf(thrown.code, thrown.details, this.#trailer.get('grpc-status-details-bin'));
  }
}

/** The same, telling how many bytes came. */
function telling(http: HttpTransport, onBytes: (count: number) => void): HttpTransport {
  return async function* tellingTransport(parameters) {
    for await (const frame of http(parameters)) {
      if (frame.type === 'data') onBytes(frame.data.length);
      yield frame;
    }
  };
}

function bearer(token: string | undefined): Metadata {
  return token === undefined ? new Metadata() : new Metadata({ authorization: `Bearer ${token}` });
}
