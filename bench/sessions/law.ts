import { parseConfig } from '@clew/service-kit/config';
import { sessionFields } from '../../services/session/src/config.ts';
import type { SessionLaw } from '../../services/session/src/session-store.ts';

/** The law as the service keeps it by default, but for the lease. */
export function benchLaw(leaseMs: number): SessionLaw {
  const config = parseConfig(sessionFields, {});
  return {
    leaseMs,
    sweepPauseMsMax: config.SESSION_SWEEP_PAUSE_MS_MAX,
    eventsMax: config.SESSION_EVENTS_MAX,
    eventsMs: config.SESSION_EVENTS_MS,
    tombstoneMs: config.SESSION_TOMBSTONE_MS,
  };
}
