import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { Histogram } from './histogram.ts';

const kinds = {
  minor: constants.NODE_PERFORMANCE_GC_MINOR,
  major: constants.NODE_PERFORMANCE_GC_MAJOR,
  incremental: constants.NODE_PERFORMANCE_GC_INCREMENTAL,
  weakcb: constants.NODE_PERFORMANCE_GC_WEAKCB,
} as const;
type GcKind = keyof typeof kinds;

const pauseBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/**
 * What garbage collections leave: the heap in use after the last full one (before the first: at the start), which is what a
 * leak cannot hide from, and how long each kind paused the process.
 */
export class HeapAfterGc implements Disposable {
  readonly pauses: Readonly<Record<GcKind, Histogram>> = {
    minor: new Histogram(pauseBoundaries),
    major: new Histogram(pauseBoundaries),
    incremental: new Histogram(pauseBoundaries),
    weakcb: new Histogram(pauseBoundaries),
  };
  readonly #observer: PerformanceObserver;
  #bytes = getHeapStatistics().used_heap_size;

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#collected(entry);
    });
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** Heap in use after the last full collection. */
  get bytes(): number {
    return this.#bytes;
  }

  [Symbol.dispose](): void {
    this.#observer.disconnect();
  }

  #collected(entry: PerformanceEntry): void {
    const { kind: code } = (entry as PerformanceEntry & { detail: { kind: number } }).detail;
    for (const [kind, known] of Object.entries(kinds) as [GcKind, number][]) {
      if (known === code) this.pauses[kind].record(entry.duration / 1_000);
    }
    if (code === kinds.major) this.#bytes = getHeapStatistics().used_heap_size;
  }
}
