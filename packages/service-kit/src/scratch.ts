import type { BinaryWriter } from '@bufbuild/protobuf/wire';

const BYTES_MIN = 16 * 1024;
const UINT32_BYTES_MAX = 5;
const UINT32_MAX = 0xffff_ffff;
const utf8 = new TextEncoder();

/** What writes the types of fields that go over trunks. https://protobuf.dev/programming-guides/encoding/ */
type FieldWriter = {
  [Method in
    | 'uint32'
    | 'int32'
    | 'sint32'
    | 'int64'
    | 'fixed32'
    | 'bool'
    | 'string'
    | 'bytes'
    | 'raw'
    | 'fork'
    | 'join']: BinaryWriter[Method] extends (...given: infer Given) => unknown
    ? (...given: Given) => FieldWriter
    : never;
};

/** What ts-proto's message types have. */
export interface MessageType<Message> {
  encode(message: Message, writer: BinaryWriter): unknown;
}

/**
 * Where what goes over trunks is written, in one memory that is used again and again. All that a simulation has to say of its
 * matches are thousands of short pieces a second, each of which is copied into a message soon after: in memory of their own, which
 * must be got, cleared, noted and freed, they were a fifth of a tick.
 *
 * B1 What was written stays as it is until `rewind`; afterwards its bytes are something else's.
 */
export class Scratch implements FieldWriter {
  /** M3: as large as the most that was ever written between two rewinds, within a factor of two. */
  #bytes = new Uint8Array(BYTES_MIN);
  /** Where the piece under way begins. */
  #start = 0;
  #at = 0;
  /** Where the lengths of the messages under way are to be written; M3: as deep as messages nest. */
  readonly #forks: number[] = [];

  /** From now on what was written may be overwritten (B1); what was under way is dropped. */
  rewind(): void {
    this.#start = 0;
    this.#at = 0;
    this.#drop();
  }

  /** A message's encoded fields, until `rewind`. */
  encode<Message>(type: MessageType<Message>, message: Message): Uint8Array {
    try {
      return this.add(type, message).finish();
    } catch (error) {
      this.#at = this.#start; // it was left in the middle of a message
      this.#drop();
      throw error;
    }
  }

  /** Writes a message's fields behind what is under way. */
  add<Message>(type: MessageType<Message>, message: Message): this {
    type.encode(message, this as FieldWriter as BinaryWriter); // which calls nothing else of it
    return this;
  }

  /** How much memory it holds. */
  get capacityBytes(): number {
    return this.#bytes.length;
  }

  /** What was written since the last piece, until `rewind`. */
  finish(): Uint8Array {
    const piece = this.#bytes.subarray(this.#start, this.#at);
    this.#start = this.#at;
    return piece;
  }

  /** Throws a RangeError for what is no such number, so that nothing else is written in its place. */
  uint32(value: number): this {
    if (value >>> 0 !== value) throw new RangeError(`${value} is no uint32`);
    this.#reserve(UINT32_BYTES_MAX);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
    return this;
  }

  /** Those that are not negative: enumerations. */
  int32(value: number): this {
    return this.uint32(value);
  }

  sint32(value: number): this {
    if ((value | 0) !== value) throw new RangeError(`${value} is no sint32`);
    return this.uint32(((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** Those that are not negative and exact as numbers: epochs. */
  int64(value: number | bigint | string): this {
    let rest = Number(value);
    if (!Number.isSafeInteger(rest) || rest < 0) throw new RangeError(`${value} is no int64 that can be written`);
    for (; rest > UINT32_MAX; rest = Math.floor(rest / 0x80)) this.#byte((rest % 0x80) | 0x80);
    return this.uint32(rest);
  }

  fixed32(value: number): this {
    if (value >>> 0 !== value) throw new RangeError(`${value} is no fixed32`);
    this.#reserve(4);
    for (let shift = 0; shift < 32; shift += 8) this.#bytes[this.#at++] = (value >>> shift) & 0xff;
    return this;
  }

  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0);
  }

  string(value: string): this {
    return this.bytes(utf8.encode(value));
  }

  bytes(value: Uint8Array): this {
    return this.uint32(value.length).raw(value);
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** What follows is preceded by its length; nearly always that is one byte. */
  fork(): this {
    this.#forks.push(this.#at);
    this.#reserve(1);
    this.#at++;
    return this;
  }

  join(): this {
    const fork = this.#forks.pop();
    if (fork === undefined) throw new Error('nothing was forked');
    const length = this.#at - fork - 1;
    if (length < 0x80) {
      this.#bytes[fork] = length;
      return this;
    }
    this.#reserve(UINT32_BYTES_MAX);
    const sizeBytes = length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 4;
    this.#bytes.copyWithin(fork + sizeBytes, fork + 1, this.#at);
    this.#at = fork;
    this.uint32(length);
    this.#at += length;
    return this;
  }

  /** Nearly always there is nothing, and to set a length costs a call into the engine. */
  #drop(): void {
    if (this.#forks.length > 0) this.#forks.length = 0;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  /** Pieces that were given keep their bytes: those of the memory before. */
  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    let length = this.#bytes.length * 2;
    while (this.#at + bytes > length) length *= 2;
    const larger = new Uint8Array(length);
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}
