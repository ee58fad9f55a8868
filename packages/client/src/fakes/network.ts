/**
 * Simulated time and a simulated network, for tests that need thousands of ticks at once: what is sent arrives after a
 * delay, in order. Deterministic by its seed.
 */
export class Network {
  nowMs = 1_000;
  #queue: { readonly atMs: number; readonly run: () => void }[] = [];

  /** Calls at a moment, or at once if it is over. */
  at(atMs: number, run: () => void): void {
    this.#queue.push({ atMs, run });
    this.#queue.sort((a, b) => a.atMs - b.atMs);
  }

  /** Lets time pass in steps of one millisecond; `each` is called in every one of them. */
  pass(untilMs: number, each: (nowMs: number) => void): void {
    while (this.nowMs < untilMs) {
      this.nowMs += 1;
      for (let next = this.#queue[0]; next !== undefined && next.atMs <= this.nowMs; next = this.#queue[0]) {
        this.#queue.shift();
        next.run();
      }
      each(this.nowMs);
    }
  }
}

/** One direction of a line: at least `delayMs`, at most `jitterMs` more, and nothing overtakes. */
export class Line {
  readonly #network: Network;
  readonly #random: () => number;
  readonly #delayMs: number;
  readonly #jitterMs: number;
  #lastMs = 0;

  constructor(network: Network, random: () => number, delayMs: number, jitterMs: number) {
    this.#network = network;
    this.#random = random;
    this.#delayMs = delayMs;
    this.#jitterMs = jitterMs;
  }

  send(run: () => void): void {
    const arrivesMs = this.#network.nowMs + this.#delayMs + this.#random() * this.#jitterMs;
    this.#lastMs = Math.max(this.#lastMs, arrivesMs);
    this.#network.at(this.#lastMs, run);
  }
}

/** Random numbers from 0 up to 1 that follow from a seed: mulberry32, by Tommy Ettinger. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}
