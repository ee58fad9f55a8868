import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Metadata } from '@grpc/grpc-js';
import { Any, BadRequest, ErrorInfo, RetryInfo } from 'nice-grpc-error-details';

/** What a refusal tells, read from its bytes. */
export class PlayerRefusal extends Error {
  readonly code: number;
  readonly reason: string | undefined;
  readonly field: string | undefined;
  readonly retryMs: number | undefined;

  constructor(code: number, message: string, details: Uint8Array | undefined) {
    super(message);
    this.code = code;
    const found = details === undefined ? [] : detailsOf(details);
    this.reason = found.find(({ typeUrl }) => typeUrl.endsWith('.ErrorInfo'))?.info?.reason;
    this.field = found.find(({ typeUrl }) => typeUrl.endsWith('.BadRequest'))?.bad?.fieldViolations[0]?.field;
    const retry = found.find(({ typeUrl }) => typeUrl.endsWith('.RetryInfo'))?.retry?.retryDelay;
    this.retryMs = retry === undefined ? undefined : retry.seconds * 1_000 + retry.nanos / 1e6;
  }
}

export function refusalOf(error: { code: number; details: string; metadata: Metadata }): PlayerRefusal {
  const [details] = error.metadata.get('grpc-status-details-bin');
  return new PlayerRefusal(error.code, error.details, details instanceof Buffer ? details : undefined);
}

/** The Any's of a google.rpc.Status. */
function detailsOf(bytes: Uint8Array) {
  const reader = new BinaryReader(bytes);
  const found: { typeUrl: string; info?: ErrorInfo; bad?: BadRequest; retry?: RetryInfo }[] = [];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field !== 3) {
      reader.skip(wire);
      continue;
    }
    const { typeUrl, value } = Any.decode(reader.bytes());
    if (typeUrl.endsWith('.ErrorInfo')) found.push({ typeUrl, info: ErrorInfo.decode(value) });
    else if (typeUrl.endsWith('.BadRequest')) found.push({ typeUrl, bad: BadRequest.decode(value) });
    else if (typeUrl.endsWith('.RetryInfo')) found.push({ typeUrl, retry: RetryInfo.decode(value) });
  }
  return found;
}
