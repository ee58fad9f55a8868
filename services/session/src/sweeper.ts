import { setTimeout as delay } from 'node:timers/promises';
import type { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import { ServiceError } from '@clew/service-kit/service-error';
import type { SessionCounter } from './session-counters.ts';
import type { SessionStore } from './session-store.ts';

/**
 * Ends leases that ran out. Every instance sweeps; a script ends each lease once and announces it once, whoever runs it.
 * While Redis is away nothing is swept, and what that means (hold-off) is the script's to judge, not ours.
 */
export interface SweeperOptions {
  readonly store: Pick<SessionStore, 'sweep'>;
  readonly counters: Counters<SessionCounter>;
  readonly log: Log;
  /** From the start of a sweep to that of the next. */
  readonly sweepMs: number;
  /** Most leases to end in one run of a shard's sweep. */
  readonly batch: number;
  /** After each sweep that Redis did. */
  readonly onSwept?: () => void;
}

/** Sweeps until the signal. */
export async function sweepUntil(signal: AbortSignal, options: SweeperOptions): Promise<void> {
  const { store, counters, log, sweepMs, batch, onSwept } = options;
  let isFirst = true;
  while (!signal.aborted) {
    const startedMs = performance.now();
    let more = false;
    try {
      const outcome = await store.sweep(batch);
      more = outcome.more;
      onSwept?.();
      counters.add('session.sweeps');
      counters.add('session.expired', outcome.expired);
      if (outcome.heldOff > 0) {
        counters.add('session.holdOffs', outcome.heldOff);
        // Where nothing ran before it, e.g. a first start, that is how it should be.
        const level = isFirst ? 'info' : 'warn';
        log[level]({ shards: outcome.heldOff }, 'nobody swept for a while: no lease runs out for one whole lease');
      }
      isFirst = false;
    } catch (error) {
      counters.add('session.sweepsFailed');
      const { status, reason } = ServiceError.from(error);
      if (reason !== 'REDIS_AWAY') log.error({ err: error, status }, 'sweep failed');
    }
    // A backlog is worked off without a pause: each sweep is bounded, and callers' scripts run in between.
    const pauseMs = sweepMs - (performance.now() - startedMs);
    if (!more) await delay(Math.max(0, pauseMs), undefined, { signal }).catch(() => {});
  }
}
