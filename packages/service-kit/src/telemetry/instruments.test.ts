import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Collections } from '../collections.ts';
import { Counters } from '../counters.ts';
import { unknownProcess } from '../process-context.ts';
import { Histogram } from './histogram.ts';
import { Instruments } from './instruments.ts';
import { nameWithUnit } from './metric-data.ts';
import { metricOfCounter } from './own-metrics.ts';
import { Telemetry, type TelemetryMode } from './telemetry.ts';

const described = (name: string) => ({ name, unit: '1', description: name });

suite('instruments', () => {
  test('are declared once', () => {
    const instruments = new Instruments();
    instruments.gauge(described('a'), () => 1);
    assert.throws(() => instruments.counter(described('a'), () => 1), /declared already/);
  });

  test('are read as they stand, after what must be asked for elsewhere', async () => {
    const instruments = new Instruments();
    let value = 0;
    instruments.gauge(described('a'), () => value);
    instruments.beforeRead(async () => {
      value += 1;
    });
    const values = async () =>
      (await instruments.read()).flatMap((one) => (one.kind === 'histogram' ? [] : one.points().map((p) => p.value)));
    assert.deepEqual(await values(), [1]);
    assert.deepEqual(await values(), [2]);
  });

  test('have no point where nothing is known', async () => {
    const instruments = new Instruments();
    instruments.gauge(described('a'), () => undefined);
    const [gauge] = await instruments.read();
    assert.deepEqual(gauge?.kind === 'gauge' && gauge.points(), []);
  });

  test('a family has so many series at most; the rest is counted together', async () => {
    const instruments = new Instruments();
    const family = instruments.histograms(described('a'), [1], 2);
    for (let player = 0; player < 10_000; player += 1) family.of({ player: String(player) }).record(1);
    const [histogram] = await instruments.read();
    const series = histogram?.kind === 'histogram' ? [...histogram.series()] : [];
    assert.equal(series.length, 3);
    assert.deepEqual(series[2]?.attributes, { 'otel.metric.overflow': 'true' });
    assert.equal(series[2]?.histogram.count, 9_998);
  });
});

test('a histogram counts each value in the first bucket that holds it', () => {
  const histogram = new Histogram([1, 2]);
  for (const value of [0, 1, 1.5, 2, 3]) histogram.record(value);
  assert.deepEqual([...histogram.counts], [2, 2, 1]);
  assert.equal(histogram.count, 5);
  assert.equal(histogram.sum, 7.5);
});

test('names in Prometheus end with their unit', () => {
  assert.equal(nameWithUnit({ name: 'a.b', unit: 's', kind: 'histogram' }), 'a.b_seconds');
  assert.equal(nameWithUnit({ name: 'a.bytes', unit: 'By', kind: 'gauge' }), 'a.bytes');
  assert.equal(nameWithUnit({ name: 'a', unit: '1', kind: 'gauge' }), 'a_ratio');
  assert.equal(nameWithUnit({ name: 'a', unit: '1', kind: 'counter' }), 'a');
  assert.equal(nameWithUnit({ name: 'a', unit: '{key}', kind: 'gauge' }), 'a');
});

test('counters of three words are one metric', () => {
  assert.deepEqual(metricOfCounter('edge.frames'), { name: 'clew.edge.frames', kind: undefined });
  assert.deepEqual(metricOfCounter('session.sweepsFailed'), { name: 'clew.session.sweeps_failed', kind: undefined });
  assert.deepEqual(metricOfCounter('edge.refused.not_found'), { name: 'clew.edge.refused', kind: 'not_found' });
});

suite('what a service tells', () => {
  function telling(mode: TelemetryMode) {
    const collections = new Collections();
    const counters = new Counters(['edge.frames', 'edge.refused.not_found', 'edge.refused.unavailable']);
    return {
      collections,
      counters,
      telemetry: new Telemetry({
        mode,
        service: 'edge',
        name: 'edge-7',
        collections,
        counters,
        context: unknownProcess,
      }),
    };
  }

  test('is what its counters and collections hold, under its name', async () => {
    const { collections, counters, telemetry } = telling('lazy');
    using _ = telemetry;
    counters.add('edge.frames', 3);
    counters.add('edge.refused.unavailable');
    collections.set<number>('edge.sinks', { bound: 8, orphans: () => 2 }).add(1);
    const text = (await telemetry.metrics()) ?? '';
    const own = 'service_name="edge",service_instance_id="edge-7"';
    assert.ok(text.includes(`clew_edge_frames_total{${own}} 3\n`), text);
    assert.ok(text.includes(`clew_edge_refused_total{kind="unavailable",${own}} 1\n`));
    assert.ok(text.includes(`clew_collection_size{collection="edge.sinks",${own}} 1\n`));
    assert.ok(text.includes(`clew_collection_orphans{collection="edge.sinks",${own}} 2\n`));
    assert.match(text, /clew_memory_heap_after_gc_bytes\{[^}]+\} [1-9]/);
    assert.match(text, /# TYPE v8js_gc_duration_seconds histogram/);
  });

  test('is nothing when telemetry is off', async () => {
    using telemetry = telling('off').telemetry;
    assert.equal(await telemetry.metrics(), undefined);
  });
});
