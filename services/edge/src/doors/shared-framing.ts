/**
 * Puts a door's framing around messages. Readers of one match get the same bytes one after the other: their framing is
 * made once, and all of them are sent the same buffer.
 */
export class SharedFraming {
  readonly #frame: (first: Uint8Array, second?: Uint8Array) => Buffer;
  /** The last message that was framed, known again by identity. */
  #message: Uint8Array | undefined;
  #framed: Buffer = Buffer.alloc(0);

  constructor(frame: (first: Uint8Array, second?: Uint8Array) => Buffer) {
    this.#frame = frame;
  }

  /** The framed concatenation of both parts; never to be written to. */
  of(first: Uint8Array, second: Uint8Array | undefined): Buffer {
    if (second !== undefined) return this.#frame(first, second);
    if (first !== this.#message) {
      this.#framed = this.#frame(first);
      this.#message = first;
    }
    return this.#framed;
  }
}
