import { setTimeout as delay } from 'node:timers/promises';
import type { WatchSessionsResponse } from '@clew/protocol/clew/session/v1/session.ts';
import type { Collections } from '@clew/service-kit/collections';
import { CollectionFull } from '@clew/service-kit/collections';
import type { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import { exhausted, ServiceError, unavailable } from '@clew/service-kit/service-error';
import { encodeCursor, type Positions, type StreamId } from './event-cursor.ts';
import type { EventStreams } from './event-streams.ts';
import type { SessionCounter } from './session-counters.ts';
import { responses, Watcher } from './watcher.ts';

/**
 * From Redis' event streams to the watchers of this instance.
 *
 * E1 All watchers share one feed: one round trip every `pollMs`, and none while nobody watches.
 * E2 A watcher misses nothing and gets nothing twice: it joins the feed, then reads on its own what lies between its
 *    cursor and the feed, then goes on with what the feed brought meanwhile.
 * E3 What waits for a watcher is bounded; beyond it the watcher is cut and goes on from its cursor (M3).
 * E4 A watcher is let go on every way out (M2); the last one stops the feed.
 * E5 While Redis is away watchers wait; the feed goes on from where it was.
 */
export interface SessionEventsOptions {
  readonly streams: EventStreams;
  readonly collections: Collections;
  readonly counters: Counters<SessionCounter>;
  readonly log: Log;
  readonly pollMs: number;
  readonly watchersMax: number;
  /** Events that wait for one watcher, at most. */
  readonly watcherEventsMax: number;
}

interface Feed {
  readonly heads: StreamId[];
  readonly stop: AbortController;
}

export class SessionEvents {
  readonly #options: SessionEventsOptions;
  readonly #watchers: Set<Watcher>;
  #feed: Promise<Feed> | undefined;
  #stopped = false;

  constructor(options: SessionEventsOptions) {
    const { collections, watchersMax, watcherEventsMax } = options;
    this.#options = options;
    this.#watchers = collections.set<Watcher>('session.watchers', { bound: watchersMax });
    const waiting = () => [...this.#watchers].reduce((sum, watcher) => sum + watcher.waiting, 0);
    collections.register('session.watcher_events', { bound: watchersMax * watcherEventsMax }, waiting);
  }

  /**
   * Events after the cursor, or from now on; the first response tells at once where that is. Ends by the signal, or with
   * RESOURCE_EXHAUSTED (too slow, too many watchers) or UNAVAILABLE (stopping, Redis away at the start).
   */
  async *watch(cursor: Positions | undefined, signal: AbortSignal): AsyncGenerator<WatchSessionsResponse> {
    using joined = this.#join();
    const { watcher } = joined;
    const heads = [...(await this.#running()).heads];
    const positions = [...(cursor ?? heads)];
    yield { events: [], cursor: encodeCursor(positions) };
    for (;;) {
      const missed = await this.#options.streams.after(positions, heads);
      if (missed.length === 0) break;
      yield* responses(missed, positions);
      signal.throwIfAborted();
    }
    for (;;) yield* responses(await watcher.take(signal), positions);
  }

  /** Ends all watchers with UNAVAILABLE (another instance goes on from their cursors), and the feed. */
  stop(): void {
    this.#stopped = true;
    for (const watcher of this.#watchers) watcher.fail(stopping());
    this.#stopFeed();
  }

  #join(): { watcher: Watcher } & Disposable {
    if (this.#stopped) throw stopping();
    const watcher = new Watcher(this.#options.watcherEventsMax);
    try {
      this.#watchers.add(watcher);
    } catch (error) {
      if (!(error instanceof CollectionFull)) throw error;
      throw exhausted('WATCHERS_FULL', 'too many watchers at this instance', 1_000);
    }
    return { watcher, [Symbol.dispose]: () => this.#leave(watcher) };
  }

  #leave(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size === 0) this.#stopFeed();
  }

  #stopFeed(): void {
    this.#feed?.then(({ stop }) => stop.abort()).catch(() => {});
    this.#feed = undefined;
  }

  /** A start that fails is forgotten when those who waited for it have left. */
  #running(): Promise<Feed> {
    this.#feed ??= this.#start();
    return this.#feed;
  }

  async #start(): Promise<Feed> {
    const feed = { heads: await this.#options.streams.heads(), stop: new AbortController() };
    void this.#poll(feed);
    return feed;
  }

  async #poll({ heads, stop: { signal } }: Feed): Promise<void> {
    const { streams, counters, log, pollMs } = this.#options;
    while (!signal.aborted) {
      const startedMs = performance.now();
      let more = false;
      try {
        const pages = await streams.after(heads);
        if (signal.aborted) return;
        for (const { shard, entries, full } of pages) {
          heads[shard] = entries.at(-1)!.id;
          counters.add('session.eventsRead', entries.length);
          more ||= full;
        }
        if (pages.length > 0) this.#spread(pages);
      } catch (error) {
        if (ServiceError.from(error).reason !== 'REDIS_AWAY') log.error({ err: error }, 'cannot read events');
        more = false;
      }
      // From start to start: thousands of events take a while to read, and those behind them do not wait for that, too.
      const pauseMs = pollMs - (performance.now() - startedMs);
      if (!more) await delay(Math.max(0, pauseMs), undefined, { signal }).catch(() => {});
    }
  }

  #spread(pages: Parameters<Watcher['push']>[0]): void {
    for (const watcher of this.#watchers) {
      if (!watcher.push(pages)) this.#options.counters.add('session.watchersCut');
    }
  }
}

const stopping = () => unavailable('STOPPING', 'this instance stops; go on at another one', 100);
