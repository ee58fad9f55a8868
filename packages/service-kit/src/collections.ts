/**
 * Long-lived collections under names (M6): whatever outlives a call is made here, has a bound (M3), and its size can be
 * seen. Adding beyond the bound throws CollectionFull: the caller decides what that means for the request at hand.
 */

/** A collection is at its bound. */
export class CollectionFull extends Error {
  readonly collection: string;

  constructor(collection: string, bound: number) {
    super(`${collection} is full (${bound})`);
    this.collection = collection;
  }
}

/** What can be seen of a collection. */
export interface CollectionReport {
  readonly name: string;
  readonly size: number;
  readonly bound: number;
  /** Entries whose socket is closed or whose lease was denied, as counted by the owner; 0 where nobody counts. */
  readonly orphans: number;
}

export interface CollectionOptions {
  /** Most entries. */
  readonly bound: number;
  /** Counts entries that should be gone. */
  readonly orphans?: () => number;
}

class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #name: string;
  readonly #bound: number;

  constructor(name: string, bound: number) {
    super();
    this.#name = name;
    this.#bound = bound;
  }

  override set(key: Key, value: Value): this {
    if (this.size >= this.#bound && !this.has(key)) throw new CollectionFull(this.#name, this.#bound);
    return super.set(key, value);
  }
}

class BoundedSet<Value> extends Set<Value> {
  readonly #name: string;
  readonly #bound: number;

  constructor(name: string, bound: number) {
    super();
    this.#name = name;
    this.#bound = bound;
  }

  override add(value: Value): this {
    if (this.size >= this.#bound && !this.has(value)) throw new CollectionFull(this.#name, this.#bound);
    return super.add(value);
  }
}

/** The registry of one process. */
export class Collections {
  /** M3: its names are written in the code, once each. */
  readonly #reports = new Map<string, () => CollectionReport>();

  /** A map that throws CollectionFull beyond its bound. Names are `service.noun`, once per process. */
  map<Key, Value>(name: string, options: CollectionOptions): Map<Key, Value> {
    const map = new BoundedMap<Key, Value>(name, options.bound);
    this.register(name, options, () => map.size);
    return map;
  }

  /** A set that throws CollectionFull beyond its bound. */
  set<Value>(name: string, options: CollectionOptions): Set<Value> {
    const set = new BoundedSet<Value>(name, options.bound);
    this.register(name, options, () => set.size);
    return set;
  }

  /** Registers a collection of another kind (a queue, a ring), or the sum of many small ones, by its size. */
  register(name: string, options: CollectionOptions, size: () => number): void {
    if (this.#reports.has(name)) throw new Error(`collection ${name} is registered already`);
    this.#reports.set(name, () => ({
      name,
      size: size(),
      bound: options.bound,
      orphans: options.orphans?.() ?? 0,
    }));
  }

  report(): CollectionReport[] {
    return [...this.#reports.values()].map((report) => report());
  }
}
