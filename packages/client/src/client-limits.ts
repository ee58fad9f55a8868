/** Every wait of a client. Milliseconds. */
export interface ClientLimits {
  /** Longest that one unary call may take. */
  readonly callMs: number;
  /** Longest from opening a stream to its Welcome. */
  readonly openMs: number;
  /** How long a first sign-in (and findMatch) tries while it meets UNAVAILABLE. */
  readonly patienceMs: number;
  /** The first wait before reconnecting is a random part of this; it doubles with each attempt. */
  readonly backoffMs: number;
  /** The wait before an attempt is never longer than this, unless the edge asks for it. */
  readonly backoffMsMax: number;
  /** A stream that lived this long makes the next reconnect count as the first. */
  readonly stableMs: number;
  /** A delta came without its base, and no keyframe followed for this long: the stream is opened anew. */
  readonly keyframeMs: number;
}

export const defaultLimits: ClientLimits = Object.freeze({
  callMs: 3_000,
  openMs: 3_000,
  patienceMs: 10_000,
  backoffMs: 200,
  backoffMsMax: 5_000,
  stableMs: 5_000,
  keyframeMs: 1_000,
});
