import type { SessionEvent, WatchSessionsResponse } from '@clew/protocol/clew/session/v1/session.ts';
import { exhausted, type ServiceError } from '@clew/service-kit/service-error';
import { encodeCursor, isLater, type StreamId } from './event-cursor.ts';
import type { Page } from './event-streams.ts';

/** Events in one response; a page more at most. */
const RESPONSE_EVENTS = 1_000;

/**
 * One open WatchSessions: what waits for it, and where it stands. At its bound (M3) it lets go of all that waits and fails
 * with RESOURCE_EXHAUSTED: its caller goes on from the last cursor that it got.
 */
export class Watcher {
  readonly #eventsMax: number;
  /** M3: at `eventsMax` it is cut. */
  #pages: Page[] = [];
  #failure: ServiceError | undefined;
  #wake: (() => void) | undefined;

  constructor(eventsMax: number) {
    this.#eventsMax = eventsMax;
  }

  /** Events that wait. */
  get waiting(): number {
    return this.#pages.reduce((sum, { entries }) => sum + entries.length, 0);
  }

  /** Queues pages; false when they are too many and it is cut. */
  push(pages: readonly Page[]): boolean {
    if (this.#failure !== undefined) return true;
    this.#pages.push(...pages);
    if (this.waiting > this.#eventsMax) {
      this.fail(exhausted('WATCHER_TOO_SLOW', 'more events wait than are kept; go on from the last cursor', 100));
      return false;
    }
    this.#wake?.();
    return true;
  }

  /** Ends it: whoever takes next gets this error. What waits is let go at once. */
  fail(error: ServiceError): void {
    this.#failure ??= error;
    this.#pages = [];
    this.#wake?.();
  }

  /** All that waits; at least a page. Rejects with its failure, or when the signal is aborted. */
  async take(signal: AbortSignal): Promise<Page[]> {
    while (this.#failure === undefined && this.#pages.length === 0) {
      signal.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      this.#wake = wake;
      signal.addEventListener('abort', wake);
      await promise;
      signal.removeEventListener('abort', wake);
      this.#wake = undefined;
    }
    if (this.#failure !== undefined) throw this.#failure;
    const pages = this.#pages;
    this.#pages = [];
    return pages;
  }
}

/** Turns pages into responses of bounded size, each with its cursor; moves `positions` on; passes over what lies behind. */
export function* responses(pages: readonly Page[], positions: StreamId[]): Generator<WatchSessionsResponse> {
  let events: SessionEvent[] = [];
  for (const { shard, entries } of pages) {
    for (const { id, event } of entries) {
      if (!isLater(id, positions[shard]!)) continue;
      positions[shard] = id;
      events.push(event);
    }
    if (events.length >= RESPONSE_EVENTS) {
      yield { events, cursor: encodeCursor(positions) };
      events = [];
    }
  }
  if (events.length > 0) yield { events, cursor: encodeCursor(positions) };
}
