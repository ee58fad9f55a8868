/** Sums of spacings are not exact; a thousandth of a millisecond forgives it. */
const roundingMs = 0.001;

/**
 * A rate with a burst, kept in one number (the generic cell rate algorithm): when the next arrival would be on time if
 * all had come evenly spaced. No timer, nothing to clean up.
 */
export class Pace {
  #dueMs = Number.NEGATIVE_INFINITY;

  /** Counts one arrival at `nowMs`; false when it is over the rate, and then it does not count. */
  take(nowMs: number, perSecond: number, burst: number): boolean {
    if (this.over(nowMs, perSecond, burst)) return false;
    this.#dueMs = Math.max(nowMs, this.#dueMs) + 1_000 / perSecond;
    return true;
  }

  /** Whether an arrival would be refused now; counts nothing. */
  over(nowMs: number, perSecond: number, burst: number): boolean {
    return nowMs + roundingMs < this.#dueMs - (burst - 1) * (1_000 / perSecond);
  }

  /** How long until it is as if nobody had ever come. */
  owesMs(nowMs: number): number {
    return Math.max(0, this.#dueMs - nowMs);
  }
}
