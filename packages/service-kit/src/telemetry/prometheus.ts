import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import * as sdk from '@opentelemetry/sdk-metrics';
import type { Attributes, Instruments } from './instruments.ts';
import { nameWithUnit, scopeMetrics } from './metric-data.ts';

/**
 * Readings as text for Prometheus. Loaded when somebody asks for the first time: the libraries cost a third of what a
 * service takes to start. Every metric carries service and instance, so that an alert can name the process.
 */
export class PrometheusText {
  readonly #instruments: Instruments;
  readonly #resource: sdk.CollectionResult['resourceMetrics']['resource'];
  readonly #serializer = new PrometheusSerializer('', false, /^service\.(name|instance\.id)$/, false, true);
  readonly #startMs: number;

  constructor(instruments: Instruments, resource: Attributes, startMs: number) {
    this.#instruments = instruments;
    this.#resource = resourceFromAttributes(resource);
    this.#startMs = startMs;
  }

  async read(): Promise<string> {
    const times = { startMs: this.#startMs, nowMs: Date.now() };
    const metrics = scopeMetrics(await this.#instruments.read(), sdk, times, nameWithUnit);
    return this.#serializer.serialize({ resource: this.#resource, scopeMetrics: [metrics] });
  }
}
