import {
  PlayServiceDefinition as Play,
  type PlayRequest,
  type PlayResponse,
} from '@clew/protocol/clew/play/v1/play.ts';
import {
  type CallOptions,
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { Status } from 'nice-grpc-common';
import { ClewError } from './clew-error.ts';
import { errorOf } from './status-details.ts';
import type { Connection, PlayerStream, StreamListener, TraceHeader, Transport } from './transport.ts';

/**
 * Native gRPC: the stream is a Play, inputs go up it. Written on grpc-js itself, because load tests run many players
 * in one process. Players share TCP connections, some each: one connection for all would end all with it.
 */
export interface GrpcTransportOptions {
  /** Players that share one TCP connection before the next is opened. Default 16. */
  readonly playersPerConnection?: number;
  /** Default: without TLS. */
  readonly credentials?: ChannelCredentials;
}

/** Messages that wait to be written; beyond it, inputs wait where they are made. */
const WRITES_WAITING_MAX = 64;

const channelOptions = {
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.max_receive_message_length': 1024 * 1024,
  'grpc.initial_reconnect_backoff_ms': 100,
  // Despite its name, where nice-grpc is loaded too: how long one attempt to connect may take.
  'grpc.min_reconnect_backoff_ms': 5_000,
  'grpc.max_reconnect_backoff_ms': 1_000,
};

/** Native gRPC, for Node. Addresses are host:port. */
export function grpcTransport(options: GrpcTransportOptions = {}): Transport {
  const pool = new ChannelPool(options.playersPerConnection ?? 16, options.credentials ?? credentials.createInsecure());
  return {
    name: 'grpc',
    addressOf: (edge) => (edge.grpcAddress === '' ? undefined : edge.grpcAddress),
    connect: (address, trace) => new GrpcConnection(pool.take(address), trace),
  };
}

/** A channel that several players use; the last one to leave closes it. */
interface Shared {
  readonly client: Client;
  users: number;
}

interface Lease {
  readonly client: Client;
  release(): void;
}

/** Channels by address. Bounded by its users: a channel is gone with the last of them. */
class ChannelPool {
  readonly #playersPerConnection: number;
  readonly #credentials: ChannelCredentials;
  readonly #channels = new Map<string, Set<Shared>>();

  constructor(playersPerConnection: number, channelCredentials: ChannelCredentials) {
    this.#playersPerConnection = playersPerConnection;
    this.#credentials = channelCredentials;
  }

  take(address: string): Lease {
    let channels = this.#channels.get(address);
    if (channels === undefined) {
      channels = new Set();
      this.#channels.set(address, channels);
    }
    let shared = [...channels].find(({ users }) => users < this.#playersPerConnection);
    if (shared === undefined) {
      shared = { client: new Client(address, this.#credentials, channelOptions), users: 0 };
      channels.add(shared);
    }
    return this.#lease(address, channels, shared);
  }

  #lease(address: string, channels: Set<Shared>, shared: Shared): Lease {
    let isHeld = true;
    shared.users += 1;
    return {
      client: shared.client,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        shared.users -= 1;
        if (shared.users > 0) return;
        shared.client.close();
        channels.delete(shared);
        if (channels.size === 0) this.#channels.delete(address);
      },
    };
  }
}

class GrpcConnection implements Connection {
  readonly #lease: Lease;
  readonly #trace: TraceHeader | undefined;
  #stream: PlayStream | undefined;

  constructor(lease: Lease, trace: TraceHeader | undefined) {
    this.#lease = lease;
    this.#trace = trace;
  }

  signIn: Connection['signIn'] = (request, signal) =>
    unary(this.#lease.client, Play.methods.signIn, request, this.#headers(undefined), signal);

  resume: Connection['resume'] = (request, token, signal) =>
    unary(this.#lease.client, Play.methods.resume, request, this.#headers(token), signal);

  leave: Connection['leave'] = (token, signal) =>
    unary(this.#lease.client, Play.methods.leave, {}, this.#headers(token), signal);

  findMatch: Connection['findMatch'] = (request, token, signal) =>
    unary(this.#lease.client, Play.methods.findMatch, request, this.#headers(token), signal);

  cancelMatch: Connection['cancelMatch'] = (token, signal) =>
    unary(this.#lease.client, Play.methods.cancelMatch, {}, this.#headers(token), signal);

  openStream(token: string, listener: StreamListener): PlayerStream {
    this.#stream?.close();
    this.#stream = new PlayStream(this.#lease.client, this.#headers(token), listener);
    return this.#stream;
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#lease.release();
  }

  #headers(token: string | undefined): Metadata {
    const metadata = new Metadata();
    const traceparent = this.#trace?.();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    if (traceparent !== undefined) metadata.set('traceparent', traceparent);
    return metadata;
  }
}

/** One message that came, with its size. */
interface Received {
  readonly message: PlayResponse;
  readonly bytes: number;
}

class PlayStream implements PlayerStream {
  readonly #call: ClientDuplexStream<PlayRequest, Received>;
  #isClosed = false;
  #toldSequence = 0;

  constructor(client: Client, headers: Metadata, listener: StreamListener) {
    const { requestType, responseType } = Play.methods.play;
    this.#call = client.makeBidiStreamRequest(
      pathOf('Play'),
      (request: PlayRequest) => bufferOf(requestType.encode(request).finish()),
      (bytes: Buffer): Received => ({ message: responseType.decode(bytes), bytes: bytes.length }),
      headers,
    );
    const close = (error: ClewError) => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      listener.closed(error);
    };
    this.#call.on('data', ({ message, bytes }: Received) => {
      if (!this.#isClosed) listener.message(message, bytes);
    });
    // The error listener stays to the end: an error that nobody hears would end the process.
    this.#call.on('error', (error: ServiceError) => close(failureOf(error)));
    this.#call.on('end', () => this.#call.end());
    this.#call.on('status', () => {
      close(new ClewError(Status.UNAVAILABLE, 'STREAM_ENDED', 'the edge ended the stream'));
    });
  }

  send: PlayerStream['send'] = (unacknowledged) => {
    const inputs = unacknowledged.filter(({ sequence }) => sequence > this.#toldSequence);
    const newest = inputs.at(-1);
    if (this.#isClosed || newest === undefined || this.#call.writableLength > WRITES_WAITING_MAX) return;
    this.#toldSequence = newest.sequence;
    this.#call.write({ inputs });
  };

  sayHere(): void {
    if (!this.#isClosed && this.#call.writableLength <= WRITES_WAITING_MAX) this.#call.write({ inputs: [] });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#call.cancel();
  }
}

interface UnaryMethod<Request, Answer> {
  readonly name: string;
  readonly requestType: { encode(request: Request): { finish(): Uint8Array } };
  readonly responseType: { decode(bytes: Uint8Array): Answer };
}

function unary<Request, Answer>(
  client: Client,
  method: UnaryMethod<Request, Answer>,
  request: Request,
  headers: Metadata,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(ClewError.from(signal.reason));
      return;
    }
    const options: CallOptions = {};
    const call = client.makeUnaryRequest(
      pathOf(method.name),
      (message: Request) => bufferOf(method.requestType.encode(message).finish()),
      (bytes: Buffer) => method.responseType.decode(bytes),
      request,
      headers,
      options,
      (error, answer) => {
        signal.removeEventListener('abort', cancel);
        if (signal.aborted) reject(ClewError.from(signal.reason));
        else if (error !== null) reject(failureOf(error));
        else resolve(answer as Answer);
      },
    );
    const cancel = () => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });
}

function failureOf(error: ServiceError): ClewError {
  const details = error.metadata.get('grpc-status-details-bin')[0];
  return errorOf(error.code as number as Status, error.details, details instanceof Buffer ? details : undefined);
}

const pathOf = (method: string) => `/${Play.fullName}/${method}`;

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
