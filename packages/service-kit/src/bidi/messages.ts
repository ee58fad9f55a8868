import { type MessageType, Scratch } from '../scratch.ts';

/**
 * Messages of gRPC on an HTTP/2 stream: a byte that says whether it is compressed (never, here), the length in four bytes,
 * big-endian, then as many bytes. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export const PREFIX_BYTES = 5;
const noPrefix = new Uint8Array(PREFIX_BYTES);

/** The other side does not send messages that can be taken. */
export class MessageError extends Error {}

/** A message may be larger, but the memory for it is not kept. */
const KEPT_BYTES_MAX = 1024 * 1024;

/** Encodes messages behind their prefixes. */
export class MessageWriter<Message> {
  readonly #type: MessageType<Message>;
  #scratch = new Scratch().raw(noPrefix);

  constructor(type: MessageType<Message>) {
    this.#type = type;
  }

  /** What it holds between messages. */
  get capacityBytes(): number {
    return this.#scratch.capacityBytes;
  }

  /** More of the message under way: encoded one after the other they merge. Once this threw, the writer is of no use. */
  add(message: Message): void {
    this.#scratch.add(this.#type, message);
  }

  /** The message with its prefix; the next one begins. */
  finish(): Buffer {
    const frame = Buffer.from(this.#scratch.finish());
    if (this.#scratch.capacityBytes > KEPT_BYTES_MAX) this.#scratch = new Scratch();
    this.#scratch.rewind();
    this.#scratch.raw(noPrefix);
    frame.writeUInt32BE(frame.length - PREFIX_BYTES, 1);
    return frame;
  }
}

/** Finds the messages in what comes in chunks. What lies in one chunk is not copied. */
export class MessageReader {
  readonly #bytesMax: number;
  readonly #onMessage: (message: Buffer) => void;
  /** M3: the beginning of one message, which is bounded. */
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** As many bytes are needed before anything more is known. */
  #neededBytes = PREFIX_BYTES;

  /** `bytesMax`: of one message. */
  constructor(bytesMax: number, onMessage: (message: Buffer) => void) {
    this.#bytesMax = bytesMax;
    this.#onMessage = onMessage;
  }

  /** Bytes that wait for the rest of their message. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  /** Throws MessageError. */
  push(chunk: Buffer): void {
    this.#pieces.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#neededBytes) return;
    const bytes = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#bytes = 0;
    this.#neededBytes = PREFIX_BYTES;
    const read = this.#read(bytes);
    if (read === bytes.length) return;
    this.#pieces.push(read === 0 ? bytes : bytes.subarray(read));
    this.#bytes = bytes.length - read;
  }

  /** Hands on all that are whole; returns how many bytes they have. */
  #read(bytes: Buffer): number {
    let at = 0;
    while (bytes.length - at >= PREFIX_BYTES) {
      if (bytes[at] !== 0) throw new MessageError('compressed messages are not taken');
      const length = bytes.readUInt32BE(at + 1);
      if (length > this.#bytesMax) throw new MessageError(`a message may have ${this.#bytesMax} bytes at most`);
      const end = at + PREFIX_BYTES + length;
      if (end > bytes.length) {
        this.#neededBytes = PREFIX_BYTES + length;
        break;
      }
      this.#onMessage(bytes.subarray(at + PREFIX_BYTES, end));
      at = end;
    }
    return at;
  }
}
