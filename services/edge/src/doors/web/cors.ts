import type { IncomingMessage, ServerResponse } from 'node:http';

const requestHeaders = 'content-type, x-grpc-web, x-user-agent, grpc-timeout, authorization, traceparent';
const responseHeaders = 'grpc-status, grpc-message, grpc-status-details-bin';
const preflightSeconds = 86_400;

/**
 * Lets pages of these origins call; `*` for any. Cookies are never used: whoever calls proves himself by a token that his
 * page holds, so there is nothing that a foreign page could borrow.
 */
export class Cors {
  readonly #any: boolean;
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#any = origins.includes('*');
    this.#origins = new Set(origins);
  }

  /** Whether pages of that origin may call. */
  allows(origin: string): boolean {
    return this.#any || this.#origins.has(origin);
  }

  /** Adds what lets the page read the answer. */
  allow(request: IncomingMessage, response: ServerResponse): void {
    const { origin } = request.headers;
    if (!this.#any) response.setHeader('vary', 'origin');
    if (origin === undefined || !this.allows(origin)) return;
    response.setHeader('access-control-allow-origin', this.#any ? '*' : origin);
    response.setHeader('access-control-expose-headers', responseHeaders);
  }

  /** Answers, once allowed, the question that browsers ask before the call. */
  preflight(response: ServerResponse): void {
    response.setHeader('access-control-allow-methods', 'POST');
    response.setHeader('access-control-allow-headers', requestHeaders);
    response.setHeader('access-control-max-age', preflightSeconds);
    response.statusCode = 204;
    response.end();
  }
}
