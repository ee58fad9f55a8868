/**
 * How values are spread over buckets: plain numbers, cheap enough for a tick loop, read when somebody asks. Bucket k counts
 * values up to and with boundary k; the last one counts those above all boundaries.
 */
export class Histogram {
  readonly boundaries: readonly number[];
  readonly counts: Float64Array;
  sum = 0;
  count = 0;

  /** Boundaries ascend. */
  constructor(boundaries: readonly number[]) {
    this.boundaries = boundaries;
    this.counts = new Float64Array(boundaries.length + 1);
  }

  record(value: number): void {
    let bucket = 0;
    while (bucket < this.boundaries.length && value > this.boundaries[bucket]!) bucket += 1;
    this.counts[bucket]! += 1;
    this.sum += value;
    this.count += 1;
  }
}

/** Seconds, from a quarter of a millisecond to five seconds: what calls between processes of one data centre take. */
export const secondsBoundaries: readonly number[] = [
  0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];
