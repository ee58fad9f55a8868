/**
 * Plain numbers under names, cheap enough for a tick loop (`counters.add('edge.frames')`), read by the ops listener.
 * Names are fixed words, never ids (M7): a name that was not declared throws, so the set cannot grow.
 */
export class Counters<Name extends string = string> {
  readonly #values: Record<string, number> = Object.create(null);

  constructor(names: readonly Name[]) {
    for (const name of names) this.#values[name] = 0;
  }

  add(name: Name, amount = 1): void {
    const value = this.#values[name];
    if (value === undefined) throw new Error(`counter ${name} was not declared`);
    this.#values[name] = value + amount;
  }

  get(name: Name): number {
    return this.#values[name] ?? 0;
  }

  report(): Record<string, number> {
    return { ...this.#values };
  }
}
