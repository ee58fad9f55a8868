import type { ServiceError } from '@clew/service-kit/service-error';
import { encodeStatusDetails } from '@clew/service-kit/status-details';
import { Metadata, type StatusObject } from '@grpc/grpc-js';

export const detailsKey = 'grpc-status-details-bin';

/** A refusal as grpc-js sends it, with its google.rpc details. */
export function grpcStatus(error: ServiceError): StatusObject {
  const metadata = new Metadata();
  metadata.set(detailsKey, encodeStatusDetails(error));
  return { code: error.status as number, details: error.message.toWellFormed(), metadata };
}
