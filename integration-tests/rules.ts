/** Environment of stacks in tests: the same services, with shorter matches and leases. */

/** A match of one small level: a bot is through it in seconds. */
export const quickMatch = {
  CLEW_MATCH_FILL_MS: '200',
  CLEW_RULES_LEVELS: '1',
  CLEW_RULES_BASE_SIZE: '4',
  CLEW_RULES_STARTING_TICKS: '10',
  CLEW_RULES_AFTER_ARRIVAL_TICKS: '100',
  CLEW_RULES_SCORING_TICKS: '10',
  CLEW_MATCH_FINISHED_MS: '500',
};

/** A match that goes on for as long as a test needs it: nobody is through its labyrinth in time. */
export const longMatch = {
  CLEW_MATCH_FILL_MS: '200',
  CLEW_RULES_LEVELS: '1',
  CLEW_RULES_BASE_SIZE: '40',
  CLEW_RULES_STARTING_TICKS: '5',
};

/** Sessions, tickets and seats that run out while one waits. */
export const shortLeases = {
  CLEW_SESSION_LEASE_MS: '2500',
  CLEW_RENEW_MS: '700',
  CLEW_SEAT_DETACHED_MS: '2500',
  CLEW_SEAT_RECHECK_MS: '500',
  CLEW_SEAT_RESERVED_MS: '2000',
  CLEW_TICKET_LEASE_MS: '1000',
  CLEW_ASSIGNED_MS: '1500',
  CLEW_REQUEST_MS: '1500',
  CLEW_MATCH_TOMBSTONE_MS: '2000',
};
