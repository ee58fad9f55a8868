import type { Duration } from '@clew/protocol/google/protobuf/duration.ts';

/** Milliseconds of a google.protobuf.Duration; `fallbackMs` where there is none. */
export function millisecondsOf(duration: Duration | undefined, fallbackMs: number): number {
  return duration === undefined ? fallbackMs : Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}
