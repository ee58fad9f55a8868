import type { ServerHttp2Stream } from 'node:http2';
import { status } from '@grpc/grpc-js';
import { MessageError, MessageReader } from './messages.ts';

/** Who serves a call. */
export interface ServerCallListener {
  message(message: Buffer): void;
  /** The client has nothing more to say. */
  ended(): void;
  /** However it came: nothing of the call is left. Once. */
  closed(): void;
}

/** The server's side of one bidirectional stream of gRPC. */
export class ServerCall {
  readonly #stream: ServerHttp2Stream;
  readonly #messageBytesMax: number;
  #code: number = status.OK;
  #details = '';

  constructor(stream: ServerHttp2Stream, messageBytesMax: number) {
    this.#stream = stream;
    this.#messageBytesMax = messageBytesMax;
    stream.on('error', () => {}); // `close` comes, too
    stream.on('wantTrailers', () => {
      const details = this.#details === '' ? {} : { 'grpc-message': encodeURI(this.#details) };
      stream.sendTrailers({ 'grpc-status': String(this.#code), ...details });
    });
    stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
  }

  listen(listener: ServerCallListener): void {
    const stream = this.#stream;
    const reader = new MessageReader(this.#messageBytesMax, (message) => listener.message(message));
    stream.on('data', (chunk: Buffer) => {
      try {
        if (stream.writable) reader.push(chunk);
      } catch (error) {
        if (!(error instanceof MessageError)) throw error;
        this.end(status.RESOURCE_EXHAUSTED, error.message);
      }
    });
    stream.on('end', () => listener.ended());
    stream.on('close', () => listener.closed());
  }

  /** A message behind its prefix (MessageWriter). `taken`: the system has it, and no failure will be told. */
  write(frame: Buffer, taken: () => void): void {
    if (this.#stream.writable) this.#stream.write(frame, taken);
  }

  /** Ends the call, once all that was written is read. */
  end(code: status = status.OK, details = ''): void {
    this.#code = code;
    this.#details = details;
    if (this.#stream.writable) this.#stream.end();
  }

  /**
   * Cuts the connection that the call came by, with a TCP reset and all that waits in it (M4): for a client whose socket
   * takes nothing any more, not even the end of a stream.
   */
  cut(): void {
    this.#stream.session?.socket.resetAndDestroy();
  }
}
