import { count, milliseconds, type parseConfig, type serviceFields } from '@clew/service-kit/config';

/** What the session service reads beyond what every service does. Names in the environment: CLEW_ + field. */
export const sessionFields = {
  /** A lease's length, from the last renewal or detach. */
  SESSION_LEASE_MS: milliseconds(30_000, 100),
  /** From one sweep to the next. */
  SESSION_SWEEP_MS: milliseconds(200),
  /** When nobody swept for longer, no lease runs out for one whole lease. */
  SESSION_SWEEP_PAUSE_MS_MAX: milliseconds(2_000),
  /** Most leases to end in one run of a shard's sweep: all shards together keep Redis busy for some 40 ms. */
  SESSION_SWEEP_BATCH: count(50, 1, 1_000),
  /** Between two rounds of looking for strays. */
  SESSION_REPAIR_MS: milliseconds(250),
  /** Index entries, and keys, looked at in one round. */
  SESSION_REPAIR_BATCH: count(100, 1, 5_000),
  /** From one look at the event streams to the next. */
  SESSION_EVENTS_POLL_MS: milliseconds(100),
  /** Events kept per shard. */
  SESSION_EVENTS_MAX: count(10_000),
  /** How long they are kept after the last one. */
  SESSION_EVENTS_MS: milliseconds(600_000, 100),
  /** How long an ended session is known as ended. */
  SESSION_TOMBSTONE_MS: milliseconds(600_000, 100),
  /** Most creates and resumes in flight. */
  SESSION_SIGN_INS_MAX: count(256),
  /** Most open WatchSessions. */
  SESSION_WATCHERS_MAX: count(1_024),
  /** Most events that wait for one watcher. */
  SESSION_WATCHER_EVENTS_MAX: count(20_000),
};

export type SessionConfig = ReturnType<typeof parseConfig<typeof serviceFields & typeof sessionFields>>;
