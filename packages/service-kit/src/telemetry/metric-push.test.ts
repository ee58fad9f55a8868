import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { Collections } from '../collections.ts';
import { Counters } from '../counters.ts';
import { exportsOf, unknownProcess } from '../process-context.ts';
import { Telemetry } from './telemetry.ts';

/** A collector on a real socket, and the environment that leads to it. */
async function collecting(context: TestContext) {
  // biome-ignore lint/suspicious/noExplicitAny: OTLP as it comes
  const pushes: any[] = [];
  const came = Promise.withResolvers<void>();
  const collector = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    if (request.url === '/v1/metrics') pushes.push(JSON.parse(body));
    response.setHeader('content-type', 'application/json');
    response.end('{}');
    came.resolve();
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  context.after(() => collector.close());
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  // The exporters read it themselves.
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = url;
  context.after(() => delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  return { pushes, first: came.promise, env };
}

async function pushing(env: Readonly<Record<string, string>>) {
  const collections = new Collections();
  const counters = new Counters(['edge.frames']);
  const context = { ...unknownProcess, exports: exportsOf(env) };
  const telemetry = new Telemetry({ mode: 'lazy', service: 'edge', name: 'edge-7', collections, counters, context });
  await telemetry.prepare();
  return { telemetry, counters };
}

suite('pushed metrics', () => {
  test('go to the collector of the environment, named as OpenTelemetry names them, a last time at the end', async (t) => {
    const { pushes, first, env } = await collecting(t);
    const { telemetry, counters } = await pushing({ ...env, OTEL_METRIC_EXPORT_INTERVAL: '50' });
    await first;
    counters.add('edge.frames', 7);
    await telemetry[Symbol.asyncDispose]();
    const [{ resource, scopeMetrics }] = pushes.at(-1).resourceMetrics;
    const told = new Map(resource.attributes.map((one: { key: string; value: object }) => [one.key, one.value]));
    assert.deepEqual(told.get('service.instance.id'), { stringValue: 'edge-7' });
    const metrics = scopeMetrics.flatMap((scope: { metrics: { name: string }[] }) => scope.metrics);
    const named = (name: string) => metrics.find((metric: { name: string }) => metric.name === name);
    assert.equal(named('clew.edge.frames').sum.dataPoints[0].asDouble, 7);
    assert.ok(named('clew.memory.heap_after_gc').gauge.dataPoints[0].asDouble > 1e6);
    assert.ok(named('v8js.gc.duration').histogram.dataPoints.length > 0);
  });

  test('hold up no stop when the collector does not answer', async (t) => {
    const asked = Promise.withResolvers<IncomingMessage>();
    const silent = createServer((request) => asked.resolve(request));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    t.after(() => silent.closeAllConnections());
    t.after(() => silent.close());
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = url;
    t.after(() => delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT);
    process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '3000'; // it gives up then, long after we did
    t.after(() => delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT);
    const { telemetry } = await pushing({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
    await telemetry[Symbol.asyncDispose]();
    assert.equal((await asked.promise).destroyed, false, 'nobody waited for the exporter to give up');
  });

  test('are pushed only where somebody is named, by the protocol that is named', () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    const protocolOf = (env: Readonly<Record<string, string>>) => exportsOf(env).metrics?.protocol;
    assert.equal(protocolOf({}), undefined);
    assert.equal(protocolOf(endpoint), 'http/protobuf');
    assert.equal(protocolOf({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }), 'grpc');
    assert.equal(protocolOf({ ...endpoint, OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json' }), 'http/json');
    assert.equal(protocolOf({ ...endpoint, OTEL_METRICS_EXPORTER: 'none' }), undefined);
    assert.equal(protocolOf({ ...endpoint, OTEL_METRICS_EXPORTER: 'prometheus' }), undefined);
    assert.equal(protocolOf({ ...endpoint, OTEL_SDK_DISABLED: 'true' }), undefined);
    assert.equal(protocolOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318' }), undefined);
    assert.equal(exportsOf({ ...endpoint, OTEL_METRIC_EXPORT_INTERVAL: '5000' }).metrics?.intervalMs, 5_000);
    assert.equal(exportsOf({ ...endpoint, OTEL_METRIC_EXPORT_INTERVAL: 'soon' }).metrics?.intervalMs, 60_000);
  });
});
