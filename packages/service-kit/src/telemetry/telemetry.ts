import { performance } from 'node:perf_hooks';
import type { Collections } from '../collections.ts';
import type { Counters } from '../counters.ts';
import type { ProcessContext } from '../process-context.ts';
import { HeapAfterGc } from './heap-after-gc.ts';
import { Instruments } from './instruments.ts';
import { measureCollections, measureCounters } from './own-metrics.ts';
import { measureProcess } from './process-metrics.ts';
import type { PrometheusText } from './prometheus.ts';
import { resourceOf } from './resource.ts';
import { ServerCalls } from './server-calls.ts';

/** Whether a process measures itself: `on` loads all for it at the start, `lazy` when somebody asks for the first time. */
export type TelemetryMode = 'on' | 'lazy' | 'off';

export interface TelemetryOptions {
  readonly mode: TelemetryMode;
  /** "edge". */
  readonly service: string;
  /** The instance, stable over restarts: "edge-1". */
  readonly name: string;
  readonly collections: Collections;
  readonly counters: Counters;
  readonly context: ProcessContext;
}

/** What one service measures, and how it is told. Switched off, nothing is read and nothing loaded. */
export class Telemetry implements Disposable, AsyncDisposable {
  readonly instruments = new Instruments();
  readonly heap: HeapAfterGc;
  /** What serves calls tells them to this one. */
  readonly calls: ServerCalls;
  readonly #options: TelemetryOptions;
  readonly #owned = new DisposableStack();
  #text: Promise<PrometheusText> | undefined;
  #push: AsyncDisposable | undefined;

  constructor(options: TelemetryOptions) {
    this.#options = options;
    this.heap = this.#owned.use(new HeapAfterGc());
    this.calls = new ServerCalls(this.instruments);
    if (!this.isOn) return;
    measureCollections(this.instruments, options.collections);
    measureCounters(this.instruments, options.counters);
    this.#owned.use(measureProcess(this.instruments, this.heap, options.context));
  }

  get isOn(): boolean {
    return this.#options.mode !== 'off';
  }

  /** Loads at the start what it would otherwise load when somebody asks, and pushes where the environment says so. */
  async prepare(): Promise<void> {
    const { mode, service, name, context } = this.#options;
    const { metrics } = context.exports;
    if (mode === 'on') await this.#load();
    if (metrics === undefined || !this.isOn) return;
    const { pushMetrics } = await import('./metric-push.ts');
    this.#push = await pushMetrics(this.instruments, resourceOf(service, name), performance.timeOrigin, metrics);
  }

  /** All metrics as Prometheus reads them; undefined where telemetry is off. */
  async metrics(): Promise<string | undefined> {
    return this.isOn ? (await this.#load()).read() : undefined;
  }

  /** Pushes a last reading, if any was. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#push?.[Symbol.asyncDispose]();
    this.#owned.dispose();
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }

  #load(): Promise<PrometheusText> {
    this.#text ??= import('./prometheus.ts').then(({ PrometheusText }) => {
      const { service, name } = this.#options;
      return new PrometheusText(this.instruments, resourceOf(service, name), performance.timeOrigin);
    });
    return this.#text;
  }
}
