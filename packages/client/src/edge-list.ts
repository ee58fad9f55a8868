const ADDRESSES_MAX = 16;

/** Where to go: the address that the caller gave, and those that edges listed. One of them is the current one. */
export class EdgeList {
  readonly #given: string;
  #addresses: readonly string[];
  #index = 0;

  constructor(given: string) {
    this.#given = given;
    this.#addresses = [given];
  }

  get current(): string {
    return this.#addresses[this.#index] ?? this.#given;
  }

  /** Replaces what was listed before; the current one stays current, and the given one stays in the list. */
  learn(listed: readonly string[]): void {
    const current = this.current;
    this.#addresses = [...new Set([current, ...listed.slice(0, ADDRESSES_MAX), this.#given])];
    this.#index = 0;
  }

  /** Moves on to the next one. */
  next(): void {
    this.#index = (this.#index + 1) % this.#addresses.length;
  }
}
