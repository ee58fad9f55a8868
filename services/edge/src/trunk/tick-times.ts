/**
 * When a simulation is at work, as its frames tell: each match ticks once per `tickMs`, some of them now, some later, and what
 * ticks together comes together.
 */
export class TickTimes {
  readonly #tickMs: number;
  /** M3: when frames came in the last tick. */
  readonly #heardMs: number[] = [];

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  get size(): number {
    return this.#heardMs.length;
  }

  /** Frames came. */
  heard(nowMs: number): void {
    this.#heardMs.push(nowMs);
    while (this.#heardMs[0]! <= nowMs - this.#tickMs) this.#heardMs.shift();
  }

  /** How long until it is `leadMs` before the next frames; undefined when it is not known that any will come. */
  untilNext(nowMs: number, leadMs: number): number | undefined {
    const heardMs = this.#heardMs.find((heardMs) => heardMs + this.#tickMs - leadMs > nowMs);
    return heardMs === undefined ? undefined : heardMs + this.#tickMs - leadMs - nowMs;
  }
}
