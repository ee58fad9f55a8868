import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { plainText } from './plain-text.ts';

const yearSeconds = 365 * 24 * 3_600;
const notBuilt = `The game's pages are not built here.

Build them with: npm run build --workspace clients/web
(npm start does it by itself.)
`;

/**
 * The built pages of clients/web. Files under /assets/ carry a hash of their content in their names and are kept for ever;
 * all others are asked for again each time. Files are looked up when they are asked for, so that a build shows at once.
 */
export class StaticFiles {
  readonly #root: string;
  readonly #serve: ReturnType<typeof sirv>;

  constructor(root: string) {
    this.#root = root;
    this.#serve = sirv(root, { dev: true, etag: true, setHeaders: cacheControl });
  }

  serve(path: string, request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      plainText(response, 405, 'files are only read\n');
    } else if (!existsSync(join(this.#root, 'index.html'))) {
      plainText(response, 503, notBuilt);
    } else if (path.includes('/.') || path.includes('%')) {
      notFound(response);
    } else {
      delete request.headers.range; // whole files only: what is no range would throw
      this.#serve(request, response, () => notFound(response));
    }
  }
}

function notFound(response: ServerResponse): void {
  plainText(response, 404, 'not found\n');
}

function cacheControl(response: ServerResponse, path: string): void {
  const forEver = path.startsWith('/assets/');
  response.setHeader('Cache-Control', forEver ? `public, max-age=${yearSeconds}, immutable` : 'no-cache');
}
