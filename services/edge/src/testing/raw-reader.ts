import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';

const headBytes = 5;

/**
 * A player's Watch over bare HTTP/2 with a small window: not reading is felt by the edge at once, while the session goes on
 * answering pings. (grpc-js itself reads on into its own memory when its reader is paused.)
 */
export class RawReader implements Disposable {
  readonly messages: PlayResponse[] = [];
  /** Once the stream is gone: the code of its reset. */
  rstCode: number | undefined;
  readonly #session: ClientHttp2Session;
  readonly #stream: ClientHttp2Stream;
  #rest: Buffer = Buffer.alloc(0);

  /** A deaf one never reads. */
  constructor(grpcAddress: string, token: string, windowBytes: number, { deaf = false } = {}) {
    this.#session = connect(`http://${grpcAddress}`, { settings: { initialWindowSize: windowBytes } });
    this.#session.on('error', () => {});
    this.#stream = this.#session.request({
      ':method': 'POST',
      ':path': '/clew.play.v1.PlayService/Watch',
      'content-type': 'application/grpc',
      te: 'trailers',
      authorization: `Bearer ${token}`,
    });
    if (deaf) this.#stream.pause();
    this.#stream.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#stream.on('error', () => {});
    this.#stream.on('close', () => {
      this.rstCode = this.#stream.rstCode;
    });
    this.#stream.end(Buffer.alloc(headBytes));
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Paused, it has taken in all that Node takes without being read. */
  get isFull(): boolean {
    return this.#stream.readableLength >= this.#stream.readableHighWaterMark;
  }

  /** Whether the HTTP/2 session answers pings. */
  ping(): Promise<boolean> {
    return new Promise((resolve) => this.#session.ping((error) => resolve(error === null)));
  }

  [Symbol.dispose](): void {
    this.#session.destroy();
  }

  get frames(): string[] {
    return this.messages.flatMap(({ header }) => (header ? `${header.keyframe ? 'K' : ''}${header.tick}` : []));
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= headBytes) {
      const end = headBytes + this.#rest.readUInt32BE(1);
      if (this.#rest.length < end) return;
      this.messages.push(PlayResponse.decode(this.#rest.subarray(headBytes, end)));
      this.#rest = this.#rest.subarray(end);
    }
  }
}
