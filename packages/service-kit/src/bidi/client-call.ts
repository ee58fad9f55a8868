import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { MessageError, MessageReader } from './messages.ts';

export interface ClientCallOptions {
  /** host:port. */
  readonly address: string;
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly messageBytesMax: number;
}

/** Who called. */
export interface ClientCallListener {
  message(message: Buffer): void;
  /** It is over, however that came; the connection, too. Once. */
  closed(): void;
}

/**
 * The client's side of one bidirectional stream of gRPC, on bare HTTP/2 and a connection of its own. How long it may take to
 * connect, or to answer, is for its owner to say, by `close`.
 */
export class ClientCall {
  readonly #session: ClientHttp2Session;
  readonly #stream: ClientHttp2Stream;

  /** Connects, and calls. */
  constructor({ address, path, messageBytesMax }: ClientCallOptions, listener: ClientCallListener) {
    this.#session = connect(`http://${address}`, {
      maxSessionMemory: Number.MAX_SAFE_INTEGER, // those who write keep the bound
      settings: { enablePush: false },
    });
    this.#session.on('error', () => {}); // the stream closes, too
    this.#stream = this.#session.request(
      { ':method': 'POST', ':path': path, 'content-type': 'application/grpc+proto', te: 'trailers' },
      { endStream: false },
    );
    const reader = new MessageReader(messageBytesMax, (message) => listener.message(message));
    this.#stream.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        if (!(error instanceof MessageError)) throw error;
        this.close();
      }
    });
    this.#stream.on('error', () => {});
    this.#stream.on('end', () => this.close());
    this.#stream.on('close', () => {
      this.close();
      listener.closed();
    });
  }

  /** A message behind its prefix (MessageWriter). `taken`: the system has it; nothing more is written before. */
  write(frame: Buffer, taken: () => void): void {
    if (this.#stream.writable) this.#stream.write(frame, taken);
  }

  /** There is nothing more to say. */
  end(): void {
    this.#stream.end();
  }

  /** Ends all of it at once. */
  close(): void {
    this.#session.destroy();
  }
}
