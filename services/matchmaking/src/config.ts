import { addresses, count, milliseconds, type parseConfig, type serviceFields } from '@clew/service-kit/config';

/** What matchmaking reads beyond what every service does. Names in the environment: CLEW_ + field. */
export const matchmakingFields = {
  /** Where the instances of session are. */
  SESSION_ADDRESSES: addresses(),
  /** Seats of a match. */
  MATCH_SEATS: count(8, 1, 8),
  /** Who waited this long is matched, the rest of the seats are bots'. */
  MATCH_FILL_MS: milliseconds(3_000, 0),
  /** A match's lease, which its simulation renews. */
  MATCH_LEASE_MS: milliseconds(3_000, 100),
  /** How long a placement that failed refuses a simulation that started it after all. */
  TOMBSTONE_MS: milliseconds(600_000),
  /** A ticket's lease, from its last renewal. */
  TICKET_LEASE_MS: milliseconds(5_000, 100),
  /** A claim that is not placed by then returns its tickets. */
  CLAIM_MS: milliseconds(5_000, 100),
  /** How long an assigned ticket can be read. */
  ASSIGNED_MS: milliseconds(10_000, 100),
  /** How long a request of the same id gets the same ticket; shorter than a session: nothing outlives its player. */
  REQUEST_MS: milliseconds(10_000, 100),
  /** Most tickets in the queue. */
  TICKETS_MAX: count(100_000),
  /** A simulation's lease, from its last message. */
  SIMULATION_LEASE_MS: milliseconds(3_000, 100),
  /** Most simulations, here and in the registry. */
  SIMULATIONS_MAX: count(1_000),
  /** How often the director looks at the queue. */
  DIRECTOR_MS: milliseconds(100, 10),
  /** Most placements under way at once. */
  PLACEMENTS_MAX: count(32),
};

export type MatchmakingConfig = ReturnType<typeof parseConfig<typeof serviceFields & typeof matchmakingFields>>;
