import { Status } from 'nice-grpc-common';
import { BadRequest, type ErrorDetails, ErrorInfo, RetryInfo } from 'nice-grpc-error-details';

/** Why something was refused, for machines: SCREAMING_SNAKE_CASE, stable. */
export type Reason = string;

/** A refusal that was meant: a status, a reason that machines read, words for people, and the details of google.rpc. */
export class ServiceError extends Error {
  readonly status: Status;
  readonly reason: Reason;
  readonly details: readonly ErrorDetails[];

  constructor(status: Status, reason: Reason, message: string, details: readonly ErrorDetails[] = []) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.details = [
      ErrorInfo.fromPartial({ reason, domain: 'clew' }) as ErrorInfo & ErrorDetails,
      ...details,
    ];
  }

  /** The one funnel: whatever was thrown becomes a ServiceError; the unknown stays its cause and is answered neutrally. */
  static from(thrown: unknown): ServiceError {
    if (thrown instanceof ServiceError) return thrown;
    const error = new ServiceError(Status.INTERNAL, 'INTERNAL', 'something went wrong on our side');
    error.cause = thrown;
    return error;
  }
}

/** A field of a request is wrong. */
export function invalidField(field: string, description: string): ServiceError {
  return new ServiceError(Status.INVALID_ARGUMENT, 'INVALID_ARGUMENT', `${field} ${description}`, [
    BadRequest.fromPartial({ fieldViolations: [{ field, description }] }) as ErrorDetails,
  ]);
}

/** Cannot be served now; try again after `retryMs`. */
export function unavailable(reason: Reason, message: string, retryMs: number): ServiceError {
  return new ServiceError(Status.UNAVAILABLE, reason, message, [retryInfo(retryMs)]);
}

/** A bound is reached; try again after `retryMs`. */
export function exhausted(reason: Reason, message: string, retryMs: number): ServiceError {
  return new ServiceError(Status.RESOURCE_EXHAUSTED, reason, message, [retryInfo(retryMs)]);
}

function retryInfo(retryMs: number): ErrorDetails {
  return RetryInfo.fromPartial({
    retryDelay: { seconds: Math.floor(retryMs / 1000), nanos: (retryMs % 1000) * 1_000_000 },
  }) as ErrorDetails;
}
