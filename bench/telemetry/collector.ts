import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as far as the bench looks at it. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly name: string;
  readonly service: string;
  readonly isRedis: boolean;
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

/** OTLP over HTTP in JSON, as far as it is read here. */
interface TraceExport {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly name: string;
        readonly attributes: readonly Attribute[];
      }[];
    }[];
  }[];
}

/** Somebody who takes traces: the environment that leads to it, and what came. */
export interface Collector extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  readonly spans: readonly CollectedSpan[];
}

const textOf = (attributes: readonly Attribute[], key: string) =>
  attributes.find((attribute) => attribute.key === key)?.value.stringValue;

export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const take = ({ resourceSpans }: TraceExport) => {
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = textOf(resource.attributes, 'service.name') ?? '';
      for (const { traceId, name, attributes } of scopeSpans.flatMap((scope) => scope.spans)) {
        spans.push({ traceId, name, service, isRedis: textOf(attributes, 'db.system.name') === 'redis' });
      }
    }
  };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    if (request.url === '/v1/traces') take(JSON.parse(body) as TraceExport);
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    spans,
    env: {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      OTEL_BSP_SCHEDULE_DELAY: '500',
      OTEL_BSP_MAX_QUEUE_SIZE: '65536',
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
