import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { getHeapSnapshot } from 'node:v8';
import type { Collections } from './collections.ts';
import type { Log } from './log.ts';
import { cpuProfile, heapProfile } from './profiles.ts';

/** A player's stream as operators see it: no id, for no operator needs one to see that it is old. */
export interface StreamReport {
  readonly ageSeconds: number;
  readonly state: string;
}

export interface OperatorActsOptions {
  /** Who shows it may act; without one nobody may. */
  readonly token: string | undefined;
  readonly log: Log;
  readonly collections: Collections;
  /** Players that this process holds: while there are any, nothing may stop its loop. */
  readonly players: () => number;
  readonly streams?: () => Iterable<StreamReport>;
}

const secondsMax = 60;
const streamsMax = 200;

/**
 * What operators may ask of a live process, under `/debug/`:
 *
 *     cpu-profile?seconds=10   heap-profile?seconds=10   heap-snapshot   streams   collections
 *
 * O1 Whoever asks shows the bearer token of the configuration; every act is logged, refused ones too.
 * O2 One profile at a time, a minute at most; it ends with its caller.
 * O3 A snapshot stops the loop for seconds: only of a process that holds no player.
 */
export class OperatorActs {
  readonly #options: OperatorActsOptions;
  #profiling = false;

  constructor(options: OperatorActsOptions) {
    this.#options = options;
  }

  /** Answers one request under /debug/. Never rejects. */
  async serve(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const act = url.pathname.slice('/debug/'.length);
    const allowed = this.#isAllowed(request.headers.authorization);
    this.#options.log.info({ act, query: url.search, from: request.socket.remoteAddress, allowed }, 'operator'); // O1
    if (!allowed) return refuse(response, 401, 'show the bearer token of CLEW_OPS_TOKEN');
    try {
      await this.#do(act, url, response);
    } catch (error) {
      if (!response.headersSent) refuse(response, 500, String(error)); // or the pipeline has ended what it began
    }
  }

  async #do(act: string, url: URL, response: ServerResponse): Promise<void> {
    const { collections, streams } = this.#options;
    switch (act) {
      case 'collections':
        return json(
          response,
          collections.report().sort((one, other) => other.size - one.size),
        );
      case 'streams':
        return json(response, oldest(streams?.() ?? []));
      case 'cpu-profile':
        return this.#profile(cpuProfile, url, response);
      case 'heap-profile':
        return this.#profile(heapProfile, url, response);
      case 'heap-snapshot':
        if (this.#options.players() > 0) return refuse(response, 409, 'it holds players: drain it first'); // O3
        response.setHeader('content-type', 'application/json');
        return pipeline(getHeapSnapshot(), response);
      default:
        return refuse(response, 404, 'try collections, streams, cpu-profile, heap-profile or heap-snapshot');
    }
  }

  async #profile(take: typeof cpuProfile, url: URL, response: ServerResponse): Promise<void> {
    const seconds = Number(url.searchParams.get('seconds') ?? 10);
    if (!(seconds > 0 && seconds <= secondsMax)) return refuse(response, 400, `seconds must be up to ${secondsMax}`);
    if (this.#profiling) return refuse(response, 409, 'another profile is under way'); // O2
    this.#profiling = true;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const profile = await take(seconds * 1_000, gone.signal);
      response.setHeader('content-type', 'application/json');
      response.end(profile);
    } finally {
      this.#profiling = false;
    }
  }

  #isAllowed(authorization: string | undefined): boolean {
    const { token } = this.#options;
    if (token === undefined) return false;
    return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest();

function oldest(streams: Iterable<StreamReport>): StreamReport[] {
  return [...streams].sort((one, other) => other.ageSeconds - one.ageSeconds).slice(0, streamsMax);
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(`${JSON.stringify(value, null, 2)}\n`);
}

function refuse(response: ServerResponse, status: number, words: string): void {
  response.statusCode = status;
  response.end(`${words}\n`);
}
