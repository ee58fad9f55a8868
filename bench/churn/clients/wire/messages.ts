/** Cuts a stream of gRPC's 5-byte-framed messages, however its bytes come. */
const HEAD_BYTES = 5;
const TRAILER_FLAG = 0x80;

export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, HEAD_BYTES);
  return frame;
}

export class Messages {
  readonly #take: (message: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  /** gRPC-web's last frame, if it came. */
  trailer: string | undefined;

  constructor(take: (message: Buffer) => void) {
    this.#take = take;
  }

  read(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + bytes.readUInt32BE(1);
      if (bytes.length < end) break;
      const payload = bytes.subarray(HEAD_BYTES, end);
      if ((bytes[0]! & TRAILER_FLAG) !== 0) this.trailer = payload.toString('latin1');
      else this.#take(payload);
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }
}

/** base64 that comes in pieces, each padded. */
export class Base64Pieces {
  #rest = '';

  decode(chunk: Buffer): Buffer {
    const text = this.#rest + chunk.toString('latin1');
    const whole = text.length - (text.length % 4);
    this.#rest = text.slice(whole);
    const pieces = text.slice(0, whole).split(/(?<==)(?=[^=])/);
    return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64')));
  }
}
