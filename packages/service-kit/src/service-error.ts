import { ClientError, ServerError, Status } from 'nice-grpc-common';
import { BadRequest, type ErrorDetails, ErrorInfo, RetryInfo, RichClientError } from 'nice-grpc-error-details';

/** A refusal that was meant: a status, a reason that machines read, words for people, and the details of google.rpc. */
export class ServiceError extends Error {
  readonly status: Status;
  /** SCREAMING_SNAKE_CASE, stable. */
  readonly reason: string;
  readonly details: readonly ErrorDetails[];

  constructor(status: Status, reason: string, message: string, details: readonly ErrorDetails[] = []) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.details = [ErrorInfo.fromPartial({ reason, domain: 'clew' }), ...details];
  }

  /**
   * The one funnel: whatever was thrown becomes a ServiceError. A status that a library set keeps its code; a refusal of
   * a service of ours that was called is passed on whole; a service that did not answer is UNAVAILABLE, reason
   * SERVICE_AWAY. The unknown stays as cause and is answered neutrally.
   */
  static from(thrown: unknown): ServiceError {
    if (thrown instanceof ServiceError) return thrown;
    if (thrown instanceof ServerError) {
      return new ServiceError(thrown.code, Status[thrown.code] ?? 'UNKNOWN', thrown.details);
    }
    if (thrown instanceof RichClientError) {
      const info = thrown.extra.find((detail) => detail.$type === ErrorInfo.$type);
      if (info !== undefined) {
        const others = thrown.extra.filter((detail) => detail !== info);
        return new ServiceError(thrown.code, info.reason, thrown.details, others);
      }
    }
    const error =
      thrown instanceof ClientError && (thrown.code === Status.UNAVAILABLE || thrown.code === Status.DEADLINE_EXCEEDED)
        ? unavailable('SERVICE_AWAY', 'a service behind this one did not answer', 500)
        : new ServiceError(Status.INTERNAL, 'INTERNAL', 'something went wrong on our side');
    error.cause = thrown;
    return error;
  }
}

/** A field of a request is wrong. */
export function invalidField(field: string, description: string): ServiceError {
  return new ServiceError(Status.INVALID_ARGUMENT, 'INVALID_ARGUMENT', `${field} ${description}`, [
    BadRequest.fromPartial({ fieldViolations: [{ field, description }] }),
  ]);
}

/** Cannot be served now; try again after `retryMs`. */
export function unavailable(reason: string, message: string, retryMs: number): ServiceError {
  return new ServiceError(Status.UNAVAILABLE, reason, message, [retryInfo(retryMs)]);
}

/** A bound is reached; try again after `retryMs`. */
export function exhausted(reason: string, message: string, retryMs: number): ServiceError {
  return new ServiceError(Status.RESOURCE_EXHAUSTED, reason, message, [retryInfo(retryMs)]);
}

function retryInfo(retryMs: number): ErrorDetails {
  return RetryInfo.fromPartial({
    retryDelay: { seconds: Math.floor(retryMs / 1000), nanos: (retryMs % 1000) * 1_000_000 },
  });
}
