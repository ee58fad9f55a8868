import { setTimeout as sleep } from 'node:timers/promises';
import { resourceFromAttributes } from '@opentelemetry/resources';
import * as sdk from '@opentelemetry/sdk-metrics';
import type { MetricExports } from '../process-context.ts';
import type { Attributes, Instruments } from './instruments.ts';
import { scopeMetrics } from './metric-data.ts';

const flushMsMax = 1_000;

/**
 * Pushes readings over OTLP to where the environment of OpenTelemetry says (OTEL_EXPORTER_OTLP_ENDPOINT, headers,
 * certificates: the exporters read them themselves), until what it returns is disposed, which sends a last one. Nobody is
 * waited for for long. Loaded only where that is asked for.
 */
export async function pushMetrics(
  instruments: Instruments,
  resource: Attributes,
  startMs: number,
  { protocol, intervalMs }: MetricExports,
): Promise<AsyncDisposable> {
  const producer: sdk.MetricProducer = {
    collect: async () => {
      const times = { startMs, nowMs: Date.now() };
      const metrics = scopeMetrics(await instruments.read(), sdk, times, ({ name }) => name);
      return {
        resourceMetrics: { resource: resourceFromAttributes(resource), scopeMetrics: [metrics] },
        errors: [],
      };
    },
  };
  const reader = new sdk.PeriodicExportingMetricReader({
    exporter: await exporterOf(protocol),
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(intervalMs, 30_000),
    metricProducers: [producer],
  });
  const provider = new sdk.MeterProvider({ resource: resourceFromAttributes(resource), readers: [reader] });
  return {
    async [Symbol.asyncDispose]() {
      await Promise.race([provider.shutdown().catch(() => {}), sleep(flushMsMax, undefined, { ref: false })]);
    },
  };
}

/** One library each: who pushes loads the one that is meant. */
async function exporterOf(protocol: MetricExports['protocol']): Promise<sdk.PushMetricExporter> {
  switch (protocol) {
    case 'grpc':
      return new (await import('@opentelemetry/exporter-metrics-otlp-grpc')).OTLPMetricExporter();
    case 'http/json':
      return new (await import('@opentelemetry/exporter-metrics-otlp-http')).OTLPMetricExporter();
    case 'http/protobuf':
      return new (await import('@opentelemetry/exporter-metrics-otlp-proto')).OTLPMetricExporter();
  }
}
