/** Calls out once when nobody fed it for longer than its limit. One timer, which feeding does not touch. */
export class Watchdog {
  readonly #now: () => number;
  readonly #bark: () => void;
  #limitMs: number;
  #fedAtMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limitMs: number, now: () => number, bark: () => void) {
    this.#now = now;
    this.#bark = bark;
    this.#limitMs = limitMs;
    this.#fedAtMs = now();
    this.#watch(limitMs);
  }

  feed(): void {
    this.#fedAtMs = this.#now();
  }

  /** Changes the limit from now on. */
  limit(limitMs: number): void {
    this.#limitMs = limitMs;
    clearTimeout(this.#timer);
    this.#watch(limitMs);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #watch(waitMs: number): void {
    this.#timer = setTimeout(() => {
      const leftMs = this.#limitMs - (this.#now() - this.#fedAtMs);
      if (leftMs > 0) this.#watch(leftMs);
      else this.#bark();
    }, Math.ceil(waitMs));
  }
}
