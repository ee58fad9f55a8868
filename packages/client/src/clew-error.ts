import { ClientError, Status } from 'nice-grpc-common';

/** A field of a request that was refused. */
export interface FieldViolation {
  /** As the protocol names it, e.g. "display_name", "inputs[2].forward". */
  readonly field: string;
  /** For people. */
  readonly description: string;
}

/** A refusal or a failure, as the SDK tells all of them. */
export class ClewError extends Error {
  /** gRPC status code. */
  readonly code: Status;
  /**
   * For machines: the reason that the service gave (SESSION_ACTIVE, TOKEN_UNKNOWN…), UNREACHABLE when no answer came,
   * CLOSED when the client was closed, or else the name of the code.
   */
  readonly reason: string;
  readonly fieldViolations: readonly FieldViolation[];
  /** Not before this many milliseconds try again; undefined when nothing was said. */
  readonly retryMs: number | undefined;

  constructor(
    code: Status,
    reason: string,
    message: string,
    details: { readonly fieldViolations?: readonly FieldViolation[]; readonly retryMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = 'ClewError';
    this.code = code;
    this.reason = reason;
    this.fieldViolations = details.fieldViolations ?? [];
    this.retryMs = details.retryMs;
  }

  /** The one funnel: whatever was thrown becomes a ClewError. */
  static from(thrown: unknown): ClewError {
    if (thrown instanceof ClewError) return thrown;
    if (thrown instanceof ClientError) {
      return new ClewError(thrown.code, Status[thrown.code] ?? 'UNKNOWN', thrown.details, { cause: thrown });
    }
    return new ClewError(Status.UNKNOWN, 'UNKNOWN', thrown instanceof Error ? thrown.message : String(thrown), {
      cause: thrown,
    });
  }
}
