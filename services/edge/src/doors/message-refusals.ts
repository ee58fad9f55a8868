import { invalidField, ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';
import { BadRequest } from 'nice-grpc-error-details';
import { messageBytesMax } from './door.ts';

/** A message over the bound: RESOURCE_EXHAUSTED as in all of gRPC, naming the message itself. */
export function messageTooLarge(): ServiceError {
  const description = `must have at most ${messageBytesMax} bytes`;
  return new ServiceError(Status.RESOURCE_EXHAUSTED, 'MESSAGE_TOO_LARGE', `message ${description}`, [
    BadRequest.fromPartial({ fieldViolations: [{ field: 'message', description }] }),
  ]);
}

/** Bytes that are no message of the method. */
export function messageMalformed(description: string): ServiceError {
  return invalidField('message', description);
}

/** No such method, or not through this door. */
export function methodUnknown(description: string): ServiceError {
  return new ServiceError(Status.UNIMPLEMENTED, 'METHOD_UNKNOWN', description);
}

/** The time that the caller gave is over. */
export function deadlineExceeded(): ServiceError {
  return new ServiceError(Status.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED', 'the time that the call was given is over');
}
