import type { ServerResponse } from 'node:http';
import type { ServiceError } from '@clew/service-kit/service-error';
import { PlayerSink, type SinkOptions } from '../../player-sink.ts';
import { SharedFraming } from '../shared-framing.ts';
import { dataFrame, type Encoding, encoded, trailerFrame } from './frames.ts';

const framings: Readonly<Record<Encoding, SharedFraming>> = {
  binary: new SharedFraming(dataFrame),
  text: new SharedFraming((first, second) => encoded(dataFrame(first, second), 'text')),
};

/** The way down through one HTTP/1.1 answer: a chunk for each message. */
export class WebPlayerSink extends PlayerSink {
  readonly #response: ServerResponse;
  readonly #encoding: Encoding;

  constructor(response: ServerResponse, encoding: Encoding, options: SinkOptions) {
    super(options);
    this.#response = response;
    this.#encoding = encoding;
    response.on('error', () => {}); // `close` follows
    if (response.destroyed || response.closed) this.hasClosed();
    else response.once('close', () => this.hasClosed());
  }

  get isSevered(): boolean {
    return this.#response.req.socket.destroyed;
  }

  protected transmit(first: Uint8Array, second: Uint8Array | undefined, taken: () => void): boolean {
    this.#response.write(framings[this.#encoding].of(first, second), taken);
    return false;
  }

  protected finish(error: ServiceError | undefined): void {
    this.#response.end(encoded(trailerFrame(error), this.#encoding));
  }

  protected cut(): void {
    this.#response.req.socket.resetAndDestroy();
  }
}
