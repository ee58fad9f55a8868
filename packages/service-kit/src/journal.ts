/** The journal of a match reaches back so many ticks: 5 seconds. */
export const JOURNAL_TICKS = 100;
const BYTES_MIN = 1_024;

/**
 * The newest ticks of a match without a gap, each as its encoded JournalRecord (simulation.proto). The simulation keeps one for
 * each match and so does every edge that has players in it: the match's past outlives any of them. They are bytes in a ring,
 * for inputs come 20 times a second from everybody and stay for seconds: as objects they would be a quarter of a simulation's
 * work, in garbage collections that copy them.
 */
export class Journal {
  readonly #ticksMax: number;
  /** M3: a ring of at most `ticksMax`, by tick. */
  readonly #sizes: number[] = [];
  /** M3: a ring of the records of those ticks, each of which has at most one input per seat. Its length is a power of two. */
  #ring = new Uint8Array(BYTES_MIN);
  #start = 0;
  #used = 0;
  #ticks = 0;
  #newestTick = 0;

  constructor(ticksMax = JOURNAL_TICKS) {
    this.#ticksMax = ticksMax;
  }

  /** Ticks that it keeps. */
  get size(): number {
    return this.#ticks;
  }

  /** Of the last record. */
  get newestTick(): number {
    return this.#newestTick;
  }

  /** Copies a tick's record; one that does not follow the last one leaves nothing of what was before. */
  push(tick: number, record: Uint8Array): void {
    if (tick !== this.#newestTick + 1) this.#forget(this.#ticks);
    if (this.#ticks === this.#ticksMax) this.#forget(1);
    while (this.#used + record.length > this.#ring.length) this.#grow();
    const at = (this.#start + this.#used) & (this.#ring.length - 1);
    const room = this.#ring.length - at;
    if (record.length <= room) this.#ring.set(record, at);
    else {
      this.#ring.set(record.subarray(0, room), at);
      this.#ring.set(record.subarray(room));
    }
    this.#used += record.length;
    this.#ticks++;
    this.#newestTick = tick;
    this.#sizes[tick % this.#ticksMax] = record.length;
  }

  /** Copies, oldest first; the last one is of `newestTick`. */
  records(): Uint8Array[] {
    const bytes = this.#straight(this.#used);
    let at = 0;
    return Array.from({ length: this.#ticks }, (_, age) => {
      const size = this.#sizes[(this.#oldestTick() + age) % this.#ticksMax]!;
      at += size;
      return bytes.subarray(at - size, at);
    });
  }

  /** The oldest ones make room. */
  #forget(ticks: number): void {
    for (const end = this.#ticks - ticks; this.#ticks > end; this.#ticks--) {
      const size = this.#sizes[this.#oldestTick() % this.#ticksMax]!;
      this.#start = (this.#start + size) & (this.#ring.length - 1);
      this.#used -= size;
    }
  }

  #grow(): void {
    this.#ring = this.#straight(this.#ring.length * 2);
    this.#start = 0;
  }

  #oldestTick(): number {
    return this.#newestTick - this.#ticks + 1;
  }

  /** A copy in which nothing wraps around. */
  #straight(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    const end = this.#ring.subarray(this.#start, this.#start + this.#used);
    bytes.set(end);
    bytes.set(this.#ring.subarray(0, this.#used - end.length), end.length);
    return bytes;
  }
}
