import { Status } from 'nice-grpc-common';
import type { ClewError } from './clew-error.ts';
import { errorOf, unreachable } from './status-details.ts';

/**
 * Cuts the body of a gRPC-web answer into its messages, however its bytes come.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
 */
const HEAD_BYTES = 5;
const TRAILER_FLAG = 0x80;
const MESSAGE_BYTES_MAX = 1024 * 1024;

export class GrpcWebReader {
  readonly #take: (message: Uint8Array) => void;
  #rest: Buffer = Buffer.alloc(0);
  #trailer: Map<string, string> | undefined;

  /** `take` gets each message; it is only good during the call. */
  constructor(take: (message: Uint8Array) => void) {
    this.#take = take;
  }

  /** Throws a RangeError when somebody announces more than a message may have. */
  read(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= HEAD_BYTES) {
      const length = bytes.readUInt32BE(1);
      if (length > MESSAGE_BYTES_MAX) throw new RangeError(`a message of ${length} bytes`);
      if (bytes.length < HEAD_BYTES + length) break;
      const payload = bytes.subarray(HEAD_BYTES, HEAD_BYTES + length);
      if ((bytes[0]! & TRAILER_FLAG) !== 0) this.#trailer = trailerOf(payload);
      else this.#take(payload);
      bytes = bytes.subarray(HEAD_BYTES + length);
    }
    this.#rest = bytes;
  }

  /** The body is over: why the call failed, or undefined when it did not. `header` may carry the status of an empty body. */
  end(header: (name: string) => string | undefined): ClewError | undefined {
    const field = (name: string) => this.#trailer?.get(name) ?? header(name);
    const status = field('grpc-status');
    if (status === undefined) return unreachable('the answer has no status');
    const code = Number(status) as Status;
    if (code === Status.OK) return undefined;
    const details = field('grpc-status-details-bin');
    const bytes = details === undefined ? undefined : Buffer.from(details, 'base64');
    return errorOf(code, decoded(field('grpc-message') ?? ''), bytes);
  }
}

function trailerOf(payload: Buffer): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of payload.toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}

function decoded(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
