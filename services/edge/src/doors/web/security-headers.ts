import type { ServerResponse } from 'node:http';

/**
 * What the game's pages may do: run scripts and styles of this origin's files only, talk to this house's edges only, and
 * be framed by nobody.
 */
export class SecurityHeaders {
  readonly #policy: string;

  /** `edges` are the origins of all web doors. */
  constructor(edges: readonly string[]) {
    const sockets = edges.map((origin) => origin.replace(/^http/, 'ws'));
    const connect = [...new Set(["'self'", ...edges, ...sockets])].join(' ');
    this.#policy = [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob:",
      "font-src 'self'",
      "media-src 'self'",
      "manifest-src 'self'",
      "worker-src 'self'",
      `connect-src ${connect}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; ');
  }

  /** For every answer. */
  static forAll(response: ServerResponse): void {
    response.setHeader('x-content-type-options', 'nosniff');
  }

  forPages(response: ServerResponse): void {
    response.setHeader('content-security-policy', this.#policy);
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('x-frame-options', 'DENY');
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-resource-policy', 'same-origin');
    response.setHeader('permissions-policy', 'camera=(), microphone=(), geolocation=()');
  }
}
