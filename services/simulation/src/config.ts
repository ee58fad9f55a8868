import { defaultRules, labyrinthRules, type Rules, ruleBounds } from '@clew/maze';
import { addresses, count, milliseconds, type parseConfig, port, type serviceFields } from '@clew/service-kit/config';
import { z } from 'zod';

/** A rule of matches: the mode's where it is not given. */
function rule(name: keyof Rules) {
  const [min, max] = ruleBounds[name];
  return z.coerce.number().int().min(min).max(max).optional();
}

/**
 * As many as one process bears: 2,000 players in rooms of eight take a part of each tick, and two labyrinths with a thousand
 * each, bots or players, up to half of it.
 */
const matchesMax = { race: 300, labyrinth: 2 } as const;

/** What a simulation reads beyond what every service does. Names in the environment: CLEW_ + field. */
export const simulationFields = {
  /** Names this process to the others for its life; a random one when not given. */
  SIMULATION_ID: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, dots, dashes and underscores')
    .optional(),
  /** Where edges reach it; GRPC_PORT is for control calls. */
  TRUNK_PORT: port(0),
  /** The host that others are told; HOST when not given. */
  ADVERTISED_HOST: z.string().min(1).optional(),
  SESSION_ADDRESSES: addresses(),
  MATCHMAKING_ADDRESSES: addresses(),
  /** Most running matches; the mode's when not given. */
  MATCHES_MAX: z.coerce.number().int().min(1).optional(),
  /** Most edges at once. */
  TRUNKS_MAX: count(64),
  /** A trunk whose edge takes nothing for this long is cut (M4). */
  TRUNK_STALL_MS: milliseconds(5_000),
  /** A trunk with nothing to say carries a sign of life this often. */
  TRUNK_ALIVE_MS: milliseconds(200),
  /** A reserved seat that nobody attached is freed. */
  SEAT_RESERVED_MS: milliseconds(10_000),
  /** After this a detached seat's session is asked for. */
  SEAT_DETACHED_MS: milliseconds(30_000),
  /** When a detached seat's session was still there, it is asked for again. */
  SEAT_RECHECK_MS: milliseconds(5_000),
  /** How often due seats are looked for. */
  SEAT_CHECK_MS: milliseconds(1_000, 10),
  /** How long the ranking is shown. */
  MATCH_FINISHED_MS: milliseconds(8_000, 0),
  /** The match lease, and how often it is renewed. */
  MATCH_LEASE_MS: milliseconds(3_000, 100),
  MATCH_RENEW_MS: milliseconds(800, 10),
  /** How long a match that is over is remembered. */
  MATCH_TOMBSTONE_MS: milliseconds(600_000),
  /** How long a process that is told to stop lets its matches play on; those that are not over by then end with it. */
  DRAIN_MS: milliseconds(0, 0),
  /** How often matchmaking hears of load and free seats. */
  REGISTER_MS: milliseconds(1_000, 10),
  /** What matches are: races of a few through several mazes, or one large labyrinth for a thousand. */
  RULES_MODE: z.enum(['race', 'labyrinth']).default('race'),
  /** The rules of every match where they differ from the mode's; see Rules of packages/maze. */
  RULES_SEATS: rule('seats'),
  RULES_LEVELS: rule('levels'),
  RULES_BASE_SIZE: rule('baseSize'),
  RULES_FLOORS: rule('floors'),
  RULES_REGION_SIZE: rule('regionSize'),
  RULES_STARTING_TICKS: rule('startingTicks'),
  RULES_CLIMBING_TICKS_MAX: rule('climbingTicksMax'),
  RULES_AFTER_ARRIVAL_TICKS: rule('afterArrivalTicks'),
  RULES_SCORING_TICKS: rule('scoringTicks'),
};

export type SimulationConfig = ReturnType<typeof parseConfig<typeof serviceFields & typeof simulationFields>>;

export function matchesMaxOf({ MATCHES_MAX, RULES_MODE }: SimulationConfig): number {
  return MATCHES_MAX ?? matchesMax[RULES_MODE];
}

export function rulesOf(config: SimulationConfig): Rules {
  const mode = config.RULES_MODE === 'labyrinth' ? labyrinthRules : defaultRules;
  return {
    seats: config.RULES_SEATS ?? mode.seats,
    levels: config.RULES_LEVELS ?? mode.levels,
    baseSize: config.RULES_BASE_SIZE ?? mode.baseSize,
    floors: config.RULES_FLOORS ?? mode.floors,
    regionSize: config.RULES_REGION_SIZE ?? mode.regionSize,
    startingTicks: config.RULES_STARTING_TICKS ?? mode.startingTicks,
    climbingTicksMax: config.RULES_CLIMBING_TICKS_MAX ?? mode.climbingTicksMax,
    afterArrivalTicks: config.RULES_AFTER_ARRIVAL_TICKS ?? mode.afterArrivalTicks,
    scoringTicks: config.RULES_SCORING_TICKS ?? mode.scoringTicks,
  };
}
