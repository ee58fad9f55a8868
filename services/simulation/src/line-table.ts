const PLACES_MIN = 64;

/**
 * Where the lines of numbered channels are: a hash table of pairs in one memory, open addressed. It is asked for each input of
 * two thousand players; a Map takes three times as long for that, as it lies in three lists that the processor must wait for.
 * Edges number their channels one after the other, so that a number's lowest bits spread them best.
 */
export class LineTable {
  /** M3: at most four times as many pairs of number and line as there ever were at once. A number is never 0: that is an empty place. */
  #pairs = new Uint32Array(PLACES_MIN * 2);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(number: number): number | undefined {
    const pairs = this.#pairs;
    const at = placeOf(pairs, number);
    return pairs[at] === 0 ? undefined : pairs[at + 1];
  }

  /** A number from 1 on, of 32 bits. */
  set(number: number, line: number): void {
    let at = placeOf(this.#pairs, number);
    if (this.#pairs[at] === 0) {
      this.#size++;
      if (this.#size * 4 > this.#pairs.length) {
        this.#grow(); // half of it stays empty
        at = placeOf(this.#pairs, number);
      }
    }
    this.#pairs[at] = number;
    this.#pairs[at + 1] = line;
  }

  delete(number: number): void {
    const pairs = this.#pairs;
    let hole = placeOf(pairs, number);
    if (pairs[hole] === 0) return;
    this.#size--;
    // Those behind, up to the next empty place, move up if they are looked for at the hole or before it.
    for (let at = next(pairs, hole); pairs[at] !== 0; at = next(pairs, at)) {
      const home = homeOf(pairs, pairs[at]!);
      if (distance(pairs, home, at) < distance(pairs, hole, at)) continue;
      pairs[hole] = pairs[at]!;
      pairs[hole + 1] = pairs[at + 1]!;
      hole = at;
    }
    pairs[hole] = 0;
  }

  #grow(): void {
    const before = this.#pairs;
    this.#pairs = new Uint32Array(before.length * 2);
    for (let from = 0; from < before.length; from += 2) {
      if (before[from] === 0) continue;
      const at = placeOf(this.#pairs, before[from]!);
      this.#pairs[at] = before[from]!;
      this.#pairs[at + 1] = before[from + 1]!;
    }
  }
}

/** Where the number is, or where it would be put. */
function placeOf(pairs: Uint32Array, number: number): number {
  let at = homeOf(pairs, number);
  while (pairs[at] !== number && pairs[at] !== 0) at = next(pairs, at);
  return at;
}

const homeOf = (pairs: Uint32Array, number: number) => (number << 1) & (pairs.length - 1);
const next = (pairs: Uint32Array, at: number) => (at + 2) & (pairs.length - 1);
/** From one place onwards to another. */
const distance = (pairs: Uint32Array, from: number, to: number) => (to - from) & (pairs.length - 1);
