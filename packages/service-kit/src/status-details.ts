import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Any, BadRequest, type ErrorDetails, ErrorInfo, RetryInfo } from 'nice-grpc-error-details';
import type { ServiceError } from './service-error.ts';

/**
 * The bytes of `grpc-status-details-bin`: a google.rpc.Status (1 code, 2 message, 3 details as Any). For doors that
 * speak grpc-js or HTTP themselves; nice-grpc servers have a middleware for it.
 */
export function encodeStatusDetails(error: ServiceError): Buffer {
  const writer = new BinaryWriter();
  writer.uint32(8).int32(error.status);
  writer.uint32(18).string(error.message);
  for (const detail of error.details) writer.uint32(26).bytes(Any.encode(packed(detail)).finish());
  return Buffer.from(writer.finish());
}

function packed(detail: ErrorDetails): Any {
  switch (detail.$type) {
    case BadRequest.$type:
      return Any.fromPartial({ typeUrl: typeUrl(detail.$type), value: BadRequest.encode(detail).finish() as Buffer });
    case ErrorInfo.$type:
      return Any.fromPartial({ typeUrl: typeUrl(detail.$type), value: ErrorInfo.encode(detail).finish() as Buffer });
    case RetryInfo.$type:
      return Any.fromPartial({ typeUrl: typeUrl(detail.$type), value: RetryInfo.encode(detail).finish() as Buffer });
    default:
      throw new TypeError(`no packing for ${detail.$type}`);
  }
}

const typeUrl = (type: string) => `type.googleapis.com/${type}`;
