import type { ServerHttp2Stream } from 'node:http2';
import { http2Stream, resetStream } from '@clew/service-kit/reset-call';
import type { ServiceError } from '@clew/service-kit/service-error';
import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import { PlayerSink, type SinkOptions } from '../../player-sink.ts';
import { grpcStatus } from './refusal.ts';

// biome-ignore lint/suspicious/noExplicitAny: requests are none of the sink's business
export type StreamCall = ServerDuplexStream<any, Buffer> | ServerWritableStream<any, Buffer>;

/**
 * The way down through grpc-js. `cancelled` tells that nothing arrives any more, of good ends too; that nothing is left is
 * told by the HTTP/2 stream below, because grpc-js leaves it open under a reader that stopped reading.
 */
export class GrpcPlayerSink extends PlayerSink {
  readonly #call: StreamCall;
  readonly #stream: ServerHttp2Stream | undefined;

  constructor(call: StreamCall, options: SinkOptions) {
    super(options);
    this.#call = call;
    call.once('cancelled', () => this.hasGone());
    this.#stream = http2Stream(call);
    if (this.isSevered) this.hasClosed();
    else this.#stream?.once('close', () => this.hasClosed());
  }

  get isSevered(): boolean {
    return this.#stream?.destroyed ?? true;
  }

  protected transmit(first: Uint8Array, second: Uint8Array | undefined, taken: () => void): boolean {
    this.#call.write(second === undefined ? asBuffer(first) : Buffer.concat([first, second]), taken);
    return false;
  }

  protected finish(error: ServiceError | undefined): void {
    if (error === undefined) this.#call.end();
    else this.#call.emit('error', grpcStatus(error));
  }

  protected cut(): void {
    resetStream(this.#call);
  }
}

/** grpc-js wants Buffers; the same bytes, not copied. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
