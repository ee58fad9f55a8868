import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An alert as it came to the operators. */
export interface SeenAlert {
  readonly name: string;
  /** When it came, in ms since 1970. */
  readonly atMs: number;
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Waiting {
  readonly wanted: (alert: SeenAlert) => boolean;
  readonly found: (alert: SeenAlert) => void;
}

/** What a pager would be: notes which alert came when. */
export class AlertWebhook implements AsyncDisposable {
  readonly alerts: SeenAlert[] = [];
  heartbeats = 0;
  readonly #server: Server;
  readonly #waiting = new Set<Waiting>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(): Promise<AlertWebhook> {
    const server = createServer();
    const webhook = new AlertWebhook(server);
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        webhook.#take(request.url ?? '', body);
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return webhook;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The first alert like this that fires from now on; undefined when none came in time. */
  next(wanted: (alert: SeenAlert) => boolean, withinMs: number, signal: AbortSignal): Promise<SeenAlert | undefined> {
    const { promise, resolve } = Promise.withResolvers<SeenAlert | undefined>();
    const waiting = { wanted, found: resolve };
    this.#waiting.add(waiting);
    const late = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    late.addEventListener('abort', () => resolve(undefined), { once: true });
    return promise.finally(() => this.#waiting.delete(waiting));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** One message of Alertmanager's, version 4: a group of alerts, those told before among them. */
  #take(path: string, body: string): void {
    if (path === '/heartbeat') {
      this.heartbeats += 1;
      return;
    }
    const { alerts } = JSON.parse(body) as { alerts: Omit<SeenAlert, 'name' | 'atMs'>[] };
    for (const { status, labels, annotations } of alerts) {
      const alert = { name: labels.alertname ?? '', atMs: Date.now(), status, labels, annotations };
      const isSame = (other: SeenAlert) => JSON.stringify(other.labels) === JSON.stringify(labels);
      if (this.alerts.findLast(isSame)?.status === status) continue; // told before
      this.alerts.push(alert);
      if (status !== 'firing') continue;
      for (const { wanted, found } of this.#waiting) if (wanted(alert)) found(alert);
    }
  }
}
