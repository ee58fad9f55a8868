import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { startTraces } from './sdk.ts';
import { activeTraceparent, checkedTraceparent, inSpan, isTraced, openSpan, traceFields } from './tracing.ts';

interface ExportedSpan {
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly spanId: string;
  readonly name: string;
  readonly links?: readonly { readonly spanId: string }[];
}

/** A collector on a real socket; `stop` sends what waits and returns all spans. */
async function exporting(context: TestContext) {
  const spans: ExportedSpan[] = [];
  const collector = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    // biome-ignore lint/suspicious/noExplicitAny: OTLP as it comes
    spans.push(...body.resourceSpans.flatMap((one: any) => one.scopeSpans.flatMap((scope: any) => scope.spans)));
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  context.after(() => collector.close());
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
  const traces = startTraces('edge', 'edge-1');
  return async () => {
    await traces[Symbol.asyncDispose]();
    return spans;
  };
}

suite('spans', () => {
  test('cost nothing and say nothing where nobody exports', async () => {
    assert.equal(openSpan('a'), undefined);
    assert.equal(await inSpan('a', {}, async (span) => span), undefined);
    assert.equal(isTraced(), false);
    assert.equal(activeTraceparent(), '');
    assert.deepEqual(traceFields(), {});
  });

  test('go on in the trace that they are given, link, and hold nobody who comes later', async (context) => {
    const stop = await exporting(context);
    const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    let kept = '';
    await inSpan('outer', { parent }, async (span) => {
      assert.equal(isTraced(), true);
      assert.equal(activeTraceparent(), span?.traceparent);
      assert.equal(traceFields().trace_id, '0af7651916cd43dd8448eb211c80319c');
      await inSpan('inner', {}, async () => {});
      kept = activeTraceparent();
    });
    assert.equal(isTraced(), false);
    await assert.rejects(
      inSpan('failing', {}, () => Promise.reject(new Error('stumbled'))),
      /stumbled/,
    );
    openSpan('later', { parent: '', links: [kept] })?.end();
    const spans = await stop();
    const named = (name: string) => spans.find((span) => span.name === name)!;
    assert.equal(named('outer').parentSpanId, 'b7ad6b7169203331');
    assert.equal(named('inner').parentSpanId, named('outer').spanId);
    assert.equal(named('inner').traceId, '0af7651916cd43dd8448eb211c80319c');
    assert.notEqual(named('later').traceId, named('outer').traceId);
    assert.equal(named('later').links?.[0]?.spanId, named('outer').spanId);
    assert.ok(named('failing'));
    assert.equal(openSpan('after the end'), undefined);
  });

  test('take only headers that are well formed', () => {
    const header = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    assert.equal(checkedTraceparent(header), header);
    for (const wrong of [undefined, '', 'x', `${header}\r\nx: y`, header.replace(/[0-9a-f]{32}/, '0'.repeat(32))]) {
      assert.equal(checkedTraceparent(wrong), '');
    }
  });
});
