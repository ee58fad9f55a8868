import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import manifest from '../package.json' with { type: 'json' };
import type { Collections } from './collections.ts';
import type { Counters } from './counters.ts';
import type { MemoryGuard } from './memory-guard.ts';
import type { OperatorActs } from './operator-acts.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

export interface OpsReport {
  readonly name: string;
  readonly collections: Collections;
  readonly counters: Counters;
  /** What is told under /metrics; nothing without it. */
  readonly telemetry?: Telemetry;
  /** What operators may ask under /debug/; nothing without it. */
  readonly acts?: OperatorActs;
  /** Not ready while it takes nobody new in. */
  readonly memory?: MemoryGuard;
  /** What else the service tells under /statusz, read at each request. */
  readonly sections?: () => Record<string, unknown>;
}

/**
 * The operators' listener, on a loopback or private address: `/livez` (200 while the process can answer), `/readyz`
 * (503 until ready, while stopping, and while memory is short), `/statusz` (JSON: versions, memory in bytes, counters,
 * collections with size and bound),
 * `/metrics` (for Prometheus), `/debug/…` (operators with a token).
 */
export class OpsServer {
  readonly #server: Server;
  #ready = false;

  constructor(report: OpsReport) {
    this.#server = createServer((request, response) => {
      const path = request.url?.split('?')[0];
      if (path === '/livez') return void response.end('ok\n');
      if (path === '/readyz') {
        const ready = this.#ready && report.memory?.isShedding !== true;
        response.statusCode = ready ? 200 : 503;
        return void response.end(ready ? 'ok\n' : 'not ready\n');
      }
      if (path === '/statusz') {
        response.setHeader('content-type', 'application/json');
        return void response.end(`${JSON.stringify(status(report), null, 2)}\n`);
      }
      if (path === '/metrics') return void this.#metrics(report, response);
      if (path?.startsWith('/debug/') && report.acts !== undefined) {
        return void report.acts.serve(new URL(request.url ?? '/', 'http://ops'), request, response);
      }
      notFound(response, 'try /livez, /readyz, /statusz or /metrics\n');
    });
  }

  async #metrics({ telemetry }: OpsReport, response: ServerResponse): Promise<void> {
    const text = await telemetry?.metrics();
    if (text === undefined) return notFound(response, 'telemetry is off (CLEW_TELEMETRY)\n');
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(text);
  }

  setReady(ready: boolean): void {
    this.#ready = ready;
  }

  /** Binds; returns the port. */
  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening'); // throws what happens instead
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#ready = false;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

function status({ name, collections, counters, sections }: OpsReport) {
  return {
    name,
    versions: { clew: manifest.version, node: process.versions.node },
    pid: process.pid,
    uptimeS: Math.round(process.uptime()),
    memory: process.memoryUsage(),
    counters: counters.report(),
    collections: collections.report(),
    ...sections?.(),
  };
}

function notFound(response: ServerResponse, words: string): void {
  response.statusCode = 404;
  response.end(words);
}
