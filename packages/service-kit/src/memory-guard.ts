import type { Log } from './log.ts';
import { exhausted } from './service-error.ts';
import type { HeapAfterGc } from './telemetry/heap-after-gc.ts';
import type { Instruments } from './telemetry/instruments.ts';

export interface MemoryGuardOptions {
  readonly heap: Pick<HeapAfterGc, 'bytes'>;
  /** What the old generation may hold. */
  readonly heapLimitBytes: number;
  /** What the system grants the process; undefined where the machine is the only limit. */
  readonly systemLimitBytes: number | undefined;
  /** Share of a limit from which on nobody new is taken in, e.g. 0.85. */
  readonly shedAt: number;
  readonly log: Log;
  readonly instruments: Instruments;
  readonly residentBytes?: () => number;
  readonly now?: () => number;
}

/** So much lower must it be until somebody new is taken in again. */
const relief = 0.05;
/** Asking the system costs more than a sign-in may: an answer is good for so long. */
const freshMs = 250;
const retryMs = 2_000;

/**
 * Keeps a process from dying of memory: near its limit it takes nobody new in, so that those who are there stay. Judged by
 * what the last full garbage collection left, which near the limit comes often, and by resident memory where the system
 * sets a limit.
 */
export class MemoryGuard {
  readonly #options: MemoryGuardOptions;
  #resident = 0;
  #askedMs = Number.NEGATIVE_INFINITY;
  #shedding = false;
  #refused = 0;

  constructor(options: MemoryGuardOptions) {
    this.#options = options;
    const { instruments } = options;
    const gauge = (name: string, unit: string, description: string, read: () => number) =>
      instruments.gauge({ name: `clew.memory.${name}`, unit, description }, read);
    gauge('pressure', '1', 'Memory in use as a share of the limit that is nearest.', () => this.pressure);
    gauge('shedding', '{process}', '1 while nobody new is taken in for lack of memory.', () =>
      this.isShedding ? 1 : 0,
    );
    instruments.counter(
      { name: 'clew.memory.refusals', unit: '1', description: 'Sessions and matches refused for lack of memory.' },
      () => this.#refused,
    );
  }

  /** Memory in use as a share of the limit that is nearest. */
  get pressure(): number {
    const { heap, heapLimitBytes, systemLimitBytes } = this.#options;
    const ofHeap = heap.bytes / heapLimitBytes;
    return systemLimitBytes === undefined ? ofHeap : Math.max(ofHeap, this.#residentBytes() / systemLimitBytes);
  }

  /** Nobody new is taken in now. */
  get isShedding(): boolean {
    const { shedAt, log } = this.#options;
    const { pressure } = this;
    const shedding = pressure >= (this.#shedding ? shedAt - relief : shedAt);
    if (shedding !== this.#shedding) {
      this.#shedding = shedding;
      const memory = { pressure: Math.round(pressure * 1_000) / 1_000 };
      if (shedding) log.warn(memory, 'memory is short: nobody new is taken in');
      else log.info(memory, 'memory is there again');
    }
    return shedding;
  }

  /** Before somebody new is taken in. Throws RESOURCE_EXHAUSTED, reason MEMORY_LOW, with RetryInfo. */
  admit(): void {
    if (!this.isShedding) return;
    this.#refused += 1;
    throw exhausted('MEMORY_LOW', 'this process is short of memory and takes nobody new in', retryMs);
  }

  #residentBytes(): number {
    const { residentBytes = () => process.memoryUsage.rss(), now = () => performance.now() } = this.#options;
    if (now() - this.#askedMs >= freshMs) {
      this.#askedMs = now();
      this.#resident = residentBytes();
    }
    return this.#resident;
  }
}
