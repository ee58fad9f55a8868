import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@clew/service-kit/backoff';
import type { Collections } from '@clew/service-kit/collections';
import type { Counters } from '@clew/service-kit/counters';

export interface ErrandsOptions {
  readonly collections: Collections;
  readonly counters: Counters;
  /** Most that are under way or wait. */
  readonly bound: number;
  /** Longest that one attempt may take. */
  readonly callMs: number;
}

type Errand = (options: { readonly deadline: number; readonly signal: AbortSignal }) => Promise<unknown>;

const atOnce = 16;
const attemptsMax = 4;

/**
 * Small calls to the services behind that nobody waits for: "detached", "no match any more", "ticket withdrawn". Each is
 * tried a few times within seconds, at most 16 at once; then it is given up and counted, because a lease heals whatever it
 * would have told. At the bound the newest is given up.
 */
export class Errands {
  readonly #options: ErrandsOptions;
  readonly #errands: Set<Errand>;
  /** M3: a part of `edge.errands`. */
  readonly #waiting: Errand[] = [];
  readonly #abort = new AbortController();
  #running = 0;
  #idle: (() => void) | undefined;

  constructor(options: ErrandsOptions) {
    this.#options = options;
    this.#errands = options.collections.set('edge.errands', { bound: options.bound });
  }

  run(errand: Errand): void {
    if (this.#abort.signal.aborted || this.#errands.size >= this.#options.bound) {
      this.#giveUp();
      return;
    }
    this.#errands.add(errand);
    this.#waiting.push(errand);
    this.#next();
  }

  /** Waits until all are done, `withinMs` at most; the rest is given up, and so is whatever comes later. */
  async settle(withinMs: number): Promise<void> {
    if (this.#errands.size > 0) {
      const timer = setTimeout(() => this.#abort.abort(), withinMs);
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      clearTimeout(timer);
    }
    this.#abort.abort();
  }

  #next(): void {
    while (this.#running < atOnce) {
      const errand = this.#waiting.shift();
      if (errand === undefined) return;
      this.#running += 1;
      void this.#do(errand);
    }
  }

  async #do(errand: Errand): Promise<void> {
    if (!(await this.#tried(errand))) this.#giveUp();
    this.#running -= 1;
    this.#errands.delete(errand);
    this.#next();
    if (this.#errands.size === 0) this.#idle?.();
  }

  async #tried(errand: Errand): Promise<boolean> {
    const { signal } = this.#abort;
    for (let attempt = 0; attempt < attemptsMax && !signal.aborted; attempt++) {
      try {
        if (attempt > 0) await pause(backoffMs(attempt - 1, 100, 1_000), undefined, { signal });
        await errand({ deadline: this.#options.callMs, signal });
        return true;
      } catch {
        // The next attempt, or whoever is asked next, finds out why.
      }
    }
    return false;
  }

  #giveUp(): void {
    this.#options.counters.add('edge.errands_given_up');
  }
}
