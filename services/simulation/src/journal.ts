import type { JournalRecord } from '@clew/maze';

/** The last ticks of a match: all that came from outside, tick by tick; older ones make room. */
export class Journal {
  /** M3: a ring of at most `ticksMax`; counted as simulation.journal_ticks. */
  readonly #ring: JournalRecord[] = [];
  readonly #ticksMax: number;
  #next = 0;

  constructor(ticksMax: number) {
    this.#ticksMax = ticksMax;
  }

  get size(): number {
    return this.#ring.length;
  }

  push(record: JournalRecord): void {
    this.#ring[this.#next] = record;
    this.#next = (this.#next + 1) % this.#ticksMax;
  }

  /** Oldest first. */
  records(): JournalRecord[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }
}
