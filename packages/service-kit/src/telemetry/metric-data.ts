import type { HrTime } from '@opentelemetry/api';
import type { DataPoint, MetricData, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { Histogram } from './histogram.ts';
import type { Instrument } from './instruments.ts';

type Sdk = typeof import('@opentelemetry/sdk-metrics');

/** What the metric's name ends with in Prometheus, by unit, as the specification of OpenTelemetry maps them. */
const unitWords: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes', '%': 'percent' };

/** The name in Prometheus without its `_total`: with the unit, which exporters of OpenTelemetry for JavaScript leave out. */
export function nameWithUnit({ name, unit, kind }: Pick<Instrument, 'name' | 'unit' | 'kind'>): string {
  const word = unit === '1' && kind === 'gauge' ? 'ratio' : unitWords[unit];
  return word === undefined || name.endsWith(word) ? name : `${name}_${word}`;
}

/** Readings as OpenTelemetry's SDK hands them to exporters: cumulative since `startMs` of the epoch. */
export function scopeMetrics(
  instruments: readonly Instrument[],
  sdk: Sdk,
  times: { readonly startMs: number; readonly nowMs: number },
  nameOf: (instrument: Instrument) => string,
): ScopeMetrics {
  const time = { startTime: hrTime(times.startMs), endTime: hrTime(times.nowMs) };
  const metrics = instruments
    .map((instrument) => metricData(instrument, sdk, time, nameOf(instrument)))
    .filter(({ dataPoints }) => dataPoints.length > 0);
  return { scope: { name: 'clew' }, metrics };
}

function metricData(
  instrument: Instrument,
  { AggregationTemporality, DataPointType }: Sdk,
  time: Pick<DataPoint<number>, 'startTime' | 'endTime'>,
  name: string,
): MetricData {
  const { unit, description } = instrument;
  // 1: floating point numbers, as the API's ValueType says.
  const descriptor = { name, unit, description, valueType: 1 };
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  if (instrument.kind === 'histogram') {
    const dataPoints = [...instrument.series()].map(({ attributes, histogram }) => ({
      ...time,
      attributes,
      value: histogramValue(histogram),
    }));
    return { descriptor, aggregationTemporality, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = instrument.points().map(({ value, attributes }) => ({ ...time, attributes, value }));
  if (instrument.kind === 'gauge') {
    return { descriptor, aggregationTemporality, dataPointType: DataPointType.GAUGE, dataPoints };
  }
  return { descriptor, aggregationTemporality, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
}

function histogramValue({ boundaries, counts, sum, count }: Histogram) {
  return { buckets: { boundaries: [...boundaries], counts: [...counts] }, sum, count };
}

function hrTime(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / 1_000);
  return [seconds, Math.round((epochMs - seconds * 1_000) * 1e6)];
}
