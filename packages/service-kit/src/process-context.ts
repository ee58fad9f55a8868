import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { StartKind } from './process-mark.ts';

/** What a service is told of the process that it runs in. */
export interface ProcessContext {
  /** What is pushed to a collector, as the environment of OpenTelemetry says. */
  readonly exports: Exports;
  /** What the old generation of the heap may hold: beyond it V8 ends the process. */
  readonly heapLimitBytes: number;
  /** What its control group may hold; undefined where the machine is the only limit. */
  readonly systemLimitBytes: number | undefined;
  /** How the process before this one ended; undefined while that is not known. */
  readonly start: { readonly kind: StartKind | undefined; readonly uncleanStarts: number | undefined };
}

export interface Exports {
  readonly traces: boolean;
  readonly metrics: MetricExports | undefined;
}

/** How metrics are pushed; where to is the exporter's own business. */
export interface MetricExports {
  readonly protocol: (typeof protocols)[number];
  readonly intervalMs: number;
}

const protocols = ['http/protobuf', 'http/json', 'grpc'] as const;
/** As OpenTelemetry's specification has it. */
const metricIntervalMs = 60_000;

/** Whether OpenTelemetry's environment names somebody to send to. Its own default, a collector on this machine, is not ours. */
export function exportsOf(env: Readonly<Record<string, string | undefined>>): Exports {
  const isExported = (signal: 'TRACES' | 'METRICS') => {
    const exporter = env[`OTEL_${signal}_EXPORTER`];
    if (exporter === 'none' || env.OTEL_SDK_DISABLED === 'true') return false;
    return Boolean(exporter || env.OTEL_EXPORTER_OTLP_ENDPOINT || env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]);
  };
  // Prometheus is served anyhow, and the console is the log's.
  const pushes = isExported('METRICS') && (env.OTEL_METRICS_EXPORTER || 'otlp').split(',').includes('otlp');
  return { traces: isExported('TRACES'), metrics: pushes ? metricExports(env) : undefined };
}

function metricExports(env: Readonly<Record<string, string | undefined>>): MetricExports {
  const named = env.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL;
  const intervalMs = Number(env.OTEL_METRIC_EXPORT_INTERVAL);
  return {
    protocol: protocols.find((protocol) => protocol === named) ?? 'http/protobuf',
    intervalMs: Number.isInteger(intervalMs) && intervalMs > 0 ? intervalMs : metricIntervalMs,
  };
}

const mebibyte = 2 ** 20;
/** V8's own size of a semi-space; the young generation is three of them. */
const semiSpaceMebibytes = 32;

/**
 * V8's limit is of the whole heap, but what fills up is the old generation: the young one, three semi-spaces, is always left
 * over. Measured on Node 26: with --max-old-space-size=64 the limit says 160 MiB, and the process ends at 64.
 */
export function oldGenerationLimitBytes(nodeFlags: string, limitBytes = getHeapStatistics().heap_size_limit): number {
  const [, semiSpace] = /--max[-_]semi[-_]space[-_]size=(\d+)/.exec(nodeFlags) ?? [];
  return limitBytes - 3 * Number(semiSpace ?? semiSpaceMebibytes) * mebibyte;
}

/** The limit of the process' control group; undefined where there is none. */
export function systemLimitBytes(): number | undefined {
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < totalmem() ? constrained : undefined;
}

/** Of a service that is not run by `run`: in a test, beside others. */
export const unknownProcess: ProcessContext = {
  exports: { traces: false, metrics: undefined },
  heapLimitBytes: oldGenerationLimitBytes(''),
  systemLimitBytes: undefined,
  start: { kind: undefined, uncleanStarts: undefined },
};
