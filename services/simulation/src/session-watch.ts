import { setTimeout as sleep } from 'node:timers/promises';
import {
  type SessionEvent,
  SessionEvent_Kind,
  type SessionServiceClient,
} from '@clew/protocol/clew/session/v1/session.ts';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { backoffMs } from '@clew/service-kit/backoff';
import type { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import { ClientError, Status } from 'nice-grpc-common';
import type { CounterName } from './counter-names.ts';
import type { Matches } from './matches.ts';

export interface SessionWatchOptions {
  readonly sessions: SessionServiceClient;
  readonly matches: Matches;
  readonly counters: Counters<CounterName>;
  readonly log: Log;
  /** A stream that does not begin within this is given up. */
  readonly openMs: number;
}

const RETRY_FIRST_MS = 100;
const RETRY_LONGEST_MS = 2_000;
const over = new Set<SessionEvent['kind']>([
  SessionEvent_Kind.KIND_ENDED,
  SessionEvent_Kind.KIND_EXPIRED,
  SessionEvent_Kind.KIND_KICKED,
]);

/**
 * Listens to what happens to sessions: whose session is over loses the seat at once. This only makes it quick; what is
 * missed here, SessionCheck finds.
 */
export class SessionWatch {
  readonly #options: SessionWatchOptions;
  #cursor = '';
  #complained = false;

  constructor(options: SessionWatchOptions) {
    this.#options = options;
  }

  /** Listens until the signal; a broken stream goes on where it was. */
  async run(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      if (await this.#listen(signal)) attempt = 0;
      const waitMs = backoffMs(attempt, RETRY_FIRST_MS, RETRY_LONGEST_MS);
      await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  /** One stream, from its opening to its end; true when it began. */
  async #listen(signal: AbortSignal): Promise<boolean> {
    const { sessions, counters, log, openMs } = this.#options;
    const late = new AbortController();
    const opening = setTimeout(() => late.abort(), openMs);
    let heard = false;
    try {
      const options = { signal: AbortSignal.any([signal, late.signal]) };
      for await (const { events, cursor } of sessions.watchSessions({ cursor: this.#cursor }, options)) {
        clearTimeout(opening);
        heard = true;
        this.#cursor = cursor;
        counters.add('simulation.session_events', events.length);
        for (const event of events) this.#hear(event);
        if (this.#complained) log.info('session is back');
        this.#complained = false;
      }
    } catch (error) {
      // Where session refuses it, it is the cursor's fault: from now on, then. Whoever was cut goes on from it.
      if (error instanceof ClientError && error.code === Status.INVALID_ARGUMENT) this.#cursor = '';
      if (!this.#complained && !signal.aborted) log.warn({ reason: String(error) }, 'session events are not heard');
      this.#complained = true;
    } finally {
      clearTimeout(opening);
    }
    return heard;
  }

  #hear({ playerId, epoch, kind, matchId }: SessionEvent): void {
    if (!over.has(kind)) return;
    const match = this.#options.matches.get(matchId);
    const seat = match?.seating.seatOf(playerId);
    if (match === undefined || seat?.player === undefined) return;
    if (seat.player.sessionEpoch > epoch) return; // an older session's end
    match.seating.evict(seat, Closed_Reason.REASON_SEAT_UNKNOWN);
  }
}
