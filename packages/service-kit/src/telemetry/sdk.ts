import { setTimeout as sleep } from 'node:timers/promises';
import * as api from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { resourceOf } from './resource.ts';
import { exportSpans } from './tracing.ts';

const flushMsMax = 1_000;

/**
 * Exports traces as the environment of OpenTelemetry says (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER …), until what it
 * returns is disposed, which sends what waits. Loaded only where that is asked for: it takes as long as a service to start.
 */
export function startTraces(service: string, name: string): AsyncDisposable {
  const sdk = new NodeSDK({
    resource: resourceFromAttributes(resourceOf(service, name)),
    // Names of host and user tell operators nothing that the instance's name does not.
    autoDetectResources: false,
    // Players may send a traceparent, and nothing else that would travel on.
    textMapPropagator: new W3CTraceContextPropagator(),
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  exportSpans(api);
  return {
    async [Symbol.asyncDispose]() {
      exportSpans(undefined);
      // Nobody is waited for for long: a collector that is away must not hold up a stop.
      await Promise.race([sdk.shutdown().catch(() => {}), sleep(flushMsMax, undefined, { ref: false })]);
    },
  };
}
