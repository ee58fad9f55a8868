/** How busy the process was in each of the last windows of 50 ms: a fixed ring of milliseconds. */
export class BusyRing {
  readonly #ring: Float64Array;
  #written = 0;

  constructor(size: number) {
    this.#ring = new Float64Array(size);
  }

  push(busyMs: number): void {
    this.#ring[this.#written % this.#ring.length] = busyMs;
    this.#written++;
  }

  /** Percentiles over the ring; zeros while it is empty. */
  report(): { busyMsP50: number; busyMsP99: number; busyMsMax: number } {
    const sorted = this.#ring.slice(0, Math.min(this.#written, this.#ring.length)).sort();
    const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
    return { busyMsP50: at(0.5), busyMsP99: at(0.99), busyMsMax: at(1) };
  }
}

const round = (ms: number) => Math.round(ms * 1_000) / 1_000;
