import { BinaryReader } from '@bufbuild/protobuf/wire';
import { Status } from 'nice-grpc-common';
import { Any, BadRequest, ErrorInfo, RetryInfo } from 'nice-grpc-error-details';
import { ClewError } from './clew-error.ts';

const DETAILS_FIELD = 3;

/** A ClewError of a status and the bytes of its `grpc-status-details-bin` (a google.rpc.Status), where there are any. */
export function errorOf(code: Status, message: string, details: Uint8Array | undefined): ClewError {
  let reason = code === Status.UNAVAILABLE && details === undefined ? 'UNREACHABLE' : (Status[code] ?? 'UNKNOWN');
  let retryMs: number | undefined;
  const fieldViolations: { field: string; description: string }[] = [];
  for (const detail of details === undefined ? [] : decodeDetails(details)) {
    if (detail.typeUrl.endsWith(`/${ErrorInfo.$type}`)) {
      reason = ErrorInfo.decode(detail.value).reason;
    } else if (detail.typeUrl.endsWith(`/${BadRequest.$type}`)) {
      fieldViolations.push(
        ...BadRequest.decode(detail.value).fieldViolations.map(({ field, description }) => ({ field, description })),
      );
    } else if (detail.typeUrl.endsWith(`/${RetryInfo.$type}`)) {
      const delay = RetryInfo.decode(detail.value).retryDelay;
      if (delay !== undefined) retryMs = Number(delay.seconds) * 1000 + delay.nanos / 1e6;
    }
  }
  return new ClewError(code, reason, message, { fieldViolations, ...(retryMs === undefined ? {} : { retryMs }) });
}

/** Nobody answered, or nothing that could be understood. */
export function unreachable(message: string): ClewError {
  return new ClewError(Status.UNAVAILABLE, 'UNREACHABLE', message);
}

/** google.rpc.Status.details. Bytes that are no such message tell nothing. */
function decodeDetails(bytes: Uint8Array): Any[] {
  const details: Any[] = [];
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag >>> 3 === DETAILS_FIELD) details.push(Any.decode(reader.bytes()));
      else reader.skip(tag & 7);
    }
  } catch {
    return [];
  }
  return details;
}
