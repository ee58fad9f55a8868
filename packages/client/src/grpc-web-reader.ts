import { Status } from 'nice-grpc-common';
import type { ClewError } from './clew-error.ts';
import { errorOf, unreachable } from './status-details.ts';

/**
 * Cuts the body of a gRPC-web answer into its messages, however its bytes come. Runs in browsers too.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
 */
const HEAD_BYTES = 5;
const METADATA_FLAG = 0x80;
const MESSAGE_BYTES_MAX = 1024 * 1024;

const nothing = new Uint8Array(0);

export class GrpcWebReader {
  readonly #take: (message: Uint8Array) => void;
  #awaitsHeaders: boolean;
  #rest: Uint8Array = nothing;
  #trailer: Map<string, string> | undefined;

  /**
   * `take` gets each message; it is only good during the call. `headers`: the body begins with a frame of headers, as it
   * does over WebSocket.
   */
  constructor(take: (message: Uint8Array) => void, { headers = false } = {}) {
    this.#take = take;
    this.#awaitsHeaders = headers;
  }

  /** Throws a RangeError when somebody announces more than a message may have. */
  read(chunk: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk);
    let at = 0;
    while (bytes.length - at >= HEAD_BYTES) {
      const length = bytes[at + 1]! * 0x100_0000 + ((bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!);
      if (length > MESSAGE_BYTES_MAX) throw new RangeError(`a message of ${length} bytes`);
      const end = at + HEAD_BYTES + length;
      if (bytes.length < end) break;
      const payload = bytes.subarray(at + HEAD_BYTES, end);
      if ((bytes[at]! & METADATA_FLAG) === 0) this.#take(payload);
      else if (this.#awaitsHeaders) this.#awaitsHeaders = false;
      else this.#trailer = metadataOf(payload);
      at = end;
    }
    this.#rest = at === bytes.length ? nothing : bytes.subarray(at);
  }

  /** The body is over: why the call failed, or undefined when it did not. `header` may carry the status of an empty body. */
  end(header: (name: string) => string | undefined): ClewError | undefined {
    const field = (name: string) => this.#trailer?.get(name) ?? header(name);
    const status = field('grpc-status');
    if (status === undefined) return unreachable('the answer has no status');
    const code = Number(status) as Status;
    if (code === Status.OK) return undefined;
    const details = field('grpc-status-details-bin');
    const bytes = details === undefined ? undefined : Uint8Array.from(atob(details), (one) => one.charCodeAt(0));
    return errorOf(code, decoded(field('grpc-message') ?? ''), bytes);
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function metadataOf(payload: Uint8Array): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of new TextDecoder('latin1').decode(payload).split('\r\n')) {
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
