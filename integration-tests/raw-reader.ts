/**
 * A player's stream over bare HTTP/2 with a small window and small buffers, so that not reading is felt by the edge at once,
 * as it would be after minutes with default ones. Pings are answered by the HTTP/2 session whether anybody reads or not.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';

const WINDOW_BYTES = 512;
const BUFFER_BYTES = 256;
const PREFIX_BYTES = 5;
const SIGN_OF_LIFE_MS = 1_000;

export class RawReader {
  /** All that was read so far. */
  readonly messages: PlayResponse[] = [];
  readonly #session: ClientHttp2Session;
  readonly #stream: ClientHttp2Stream;
  #rest: Buffer = Buffer.alloc(0);
  #isReset = false;
  #saidMs = 0;

  constructor(grpcAddress: string, token: string) {
    this.#session = connect(`http://${grpcAddress}`, { settings: { initialWindowSize: WINDOW_BYTES } });
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

  close(): void {
    this.#session.destroy();
  }

  /** A sign of life: a message without inputs. */
  #sayHere(): void {
    const nowMs = performance.now();
    if (nowMs - this.#saidMs < SIGN_OF_LIFE_MS || !this.#stream.writable) return;
    this.#saidMs = nowMs;
    this.#stream.write(Buffer.alloc(PREFIX_BYTES));
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + this.#rest.readUInt32BE(1);
      if (this.#rest.length < end) return;
      this.messages.push(PlayResponse.decode(this.#rest.subarray(PREFIX_BYTES, end)));
      this.#rest = this.#rest.subarray(end);
    }
  }
}
