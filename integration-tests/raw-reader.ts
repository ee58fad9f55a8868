/**
 * A player's stream over bare HTTP/2 with a small window and small buffers, so that not reading is felt by the edge at once,
 * as it would be after minutes with default ones. Pings are answered by the HTTP/2 session whether anybody reads or not.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream';
import { PlayRequest, PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';

const BUFFER_BYTES = 256;
const PREFIX_BYTES = 5;
const SIGN_OF_LIFE_MS = 1_000;

export interface RawReaderOptions {
  /** Takes the messages. */
  readonly onMessage?: (message: PlayResponse) => void;
  /** How much may be under way to somebody who does not read. */
  readonly windowBytes?: number;
}

export class RawReader {
  /** All that was read so far, unless somebody else takes it. */
  readonly messages: PlayResponse[] = [];
  readonly #onMessage: ((message: PlayResponse) => void) | undefined;
  readonly #session: ClientHttp2Session;
  readonly #stream: ClientHttp2Stream;
  #rest: Buffer = Buffer.alloc(0);
  #isReset = false;
  #saidMs = 0;

  constructor(grpcAddress: string, token: string, options: RawReaderOptions = {}) {
    this.#onMessage = options.onMessage;
    const settings = { initialWindowSize: options.windowBytes ?? 512 };
    this.#session = connect(`http://${grpcAddress}`, { settings });
    this.#session.on('error', () => {});
    const usualBytes = getDefaultHighWaterMark(false);
    setDefaultHighWaterMark(false, BUFFER_BYTES);
    this.#stream = this.#session.request({
      ':method': 'POST',
      ':path': '/clew.play.v1.PlayService/Play',
      'content-type': 'application/grpc',
      te: 'trailers',
      authorization: `Bearer ${token}`,
    });
    setDefaultHighWaterMark(false, usualBytes);
    this.#stream.on('data', (chunk: Buffer) => {
      this.#take(chunk);
      this.#sayHere();
    });
    this.#stream.on('error', () => {});
    this.#stream.on('close', () => {
      this.#isReset = this.#stream.rstCode !== constants.NGHTTP2_NO_ERROR;
    });
  }

  /** The other side ended the stream with a reset. */
  get isReset(): boolean {
    return this.#isReset;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Reads so many bytes, if they are there; then no more. */
  sip(bytes: number): void {
    this.#stream.pause();
    this.#stream.read(bytes);
  }

  close(): void {
    this.#session.destroy();
  }

  /** Sends a message, whether it reads or not. */
  send(request: PlayRequest): void {
    if (!this.#stream.writable) return;
    this.#saidMs = performance.now();
    const bytes = PlayRequest.encode(request).finish();
    const framed = Buffer.alloc(PREFIX_BYTES + bytes.length);
    framed.writeUInt32BE(bytes.length, 1);
    framed.set(bytes, PREFIX_BYTES);
    this.#stream.write(framed);
  }

  /** A sign of life: a message without inputs. */
  #sayHere(): void {
    if (performance.now() - this.#saidMs >= SIGN_OF_LIFE_MS) this.send({ inputs: [] });
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + this.#rest.readUInt32BE(1);
      if (this.#rest.length < end) return;
      const message = PlayResponse.decode(this.#rest.subarray(PREFIX_BYTES, end));
      if (this.#onMessage === undefined) this.messages.push(message);
      else this.#onMessage(message);
      this.#rest = this.#rest.subarray(end);
    }
  }
}
