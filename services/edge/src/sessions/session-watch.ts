import { type SessionEvent, SessionEvent_Kind } from '@clew/protocol/clew/session/v1/session.ts';
import { backoffMs } from '@clew/service-kit/backoff';
import type { Counters } from '@clew/service-kit/counters';
import { ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';
import type { SessionPeer } from '../peers.ts';
import type { PlayerDirectory } from '../player-directory.ts';
import type { PlayerStream } from '../player-stream.ts';

export interface SessionWatchOptions {
  /** A client whose streams live long. */
  readonly session: SessionPeer;
  readonly directory: PlayerDirectory<PlayerStream>;
  readonly counters: Counters;
}

const retryFirstMs = 100;
const retryLongestMs = 2_000;

/**
 * Hears what happens to sessions elsewhere, on one stream for the whole edge. It only makes things quick: whatever is
 * missed, the next renewal finds out.
 */
export class SessionWatch implements Disposable {
  readonly #options: SessionWatchOptions;
  readonly #stop = new AbortController();
  #cursor = '';

  constructor(options: SessionWatchOptions) {
    this.#options = options;
    void this.#watch();
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    let attempt = 0;
    while (!signal.aborted) {
      try {
        for await (const { events, cursor } of this.#options.session.watchSessions(
          { cursor: this.#cursor },
          { signal },
        )) {
          this.#cursor = cursor;
          attempt = 0;
          for (const event of events) this.#hear(event);
        }
      } catch (thrown) {
        if (ServiceError.from(thrown).status === Status.INVALID_ARGUMENT) this.#cursor = ''; // it is the cursor's fault
      }
      if (signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, retryFirstMs, retryLongestMs)).unref());
      attempt += 1;
    }
  }

  #hear({ playerId, epoch, kind, reason }: SessionEvent): void {
    this.#options.counters.add('edge.session_events');
    const stream = this.#options.directory.get(playerId);
    if (stream === undefined) return;
    switch (kind) {
      case SessionEvent_Kind.KIND_CREATED:
      case SessionEvent_Kind.KIND_RESUMED:
      case SessionEvent_Kind.KIND_ATTACHED:
      case SessionEvent_Kind.KIND_REPLACED:
        if (epoch > stream.epoch) stream.end({ kind: 'replaced' });
        break;
      case SessionEvent_Kind.KIND_ENDED:
        if (epoch >= stream.epoch) stream.end({ kind: 'ended' });
        break;
      case SessionEvent_Kind.KIND_KICKED:
        if (epoch >= stream.epoch) stream.end({ kind: 'kicked', why: reason });
        break;
      case SessionEvent_Kind.KIND_EXPIRED:
        if (epoch >= stream.epoch) stream.renewMs = 1; // it holds a stream: the next renewal tells why, or writes it again
    }
  }
}
