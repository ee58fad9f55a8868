/** One of them, for those who count thousands a second: looking a name up takes longer than all else. */
export class Counter {
  #value = 0;

  add(amount = 1): void {
    this.#value += amount;
  }

  get value(): number {
    return this.#value;
  }
}

/**
 * Plain numbers under names (`counters.add('edge.keyframes_asked')`), read by the ops listener.
 * Names are fixed words, never ids (M7): a name that was not declared throws, so the set cannot grow.
 */
export class Counters<Name extends string = string> {
  readonly #counters: ReadonlyMap<string, Counter>;

  constructor(names: readonly Name[]) {
    this.#counters = new Map(names.map((name) => [name, new Counter()]));
  }

  of(name: Name): Counter {
    const counter = this.#counters.get(name);
    if (counter === undefined) throw new Error(`counter ${name} was not declared`);
    return counter;
  }

  add(name: Name, amount = 1): void {
    this.of(name).add(amount);
  }

  get(name: Name): number {
    return this.#counters.get(name)?.value ?? 0;
  }

  report(): Record<string, number> {
    return Object.fromEntries([...this.#counters].map(([name, { value }]) => [name, value]));
  }
}
