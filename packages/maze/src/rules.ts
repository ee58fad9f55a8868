/** What can differ from match to match. Plain data: part of the world. */
export interface Rules {
  /** Avatars in the match; those that no player holds are played by bots. */
  readonly seats: number;
  /** Levels of the match. */
  readonly levels: number;
  /** Cells along each side of level 1; later levels are larger. */
  readonly baseSize: number;
  /** Floors of each level; 0: few at first, more later. */
  readonly floors: number;
  /**
   * Cells along each side of the blocks that mazes are divided by, so that players know only what can be seen from where
   * they stand, and begin anywhere; 0: everybody knows the whole maze.
   */
  readonly regionSize: number;
  /** From the end of the level before, or from the match's beginning, to when everybody may move. */
  readonly startingTicks: number;
  /** The longest that a level's climbing lasts. */
  readonly climbingTicksMax: number;
  /** How long a level's climbing goes on at most after the first player is out. */
  readonly afterArrivalTicks: number;
  /** How long a level's points are shown. */
  readonly scoringTicks: number;
}

/** 8 seats, 5 levels from 10 by 10 cells; 3 s to start, 3 minutes at most, 20 s after the first, 6 s of points. */
export const defaultRules: Rules = Object.freeze({
  seats: 8,
  levels: 5,
  baseSize: 10,
  floors: 0,
  regionSize: 0,
  startingTicks: 60,
  climbingTicksMax: 3_600,
  afterArrivalTicks: 400,
  scoringTicks: 120,
});

/** A thousand in one maze of 64 by 64 cells on 3 floors: 10 minutes at most, 2 after the first is out. */
export const labyrinthRules: Rules = Object.freeze({
  ...defaultRules,
  seats: 1_000,
  levels: 1,
  baseSize: 64,
  floors: 3,
  regionSize: 4,
  climbingTicksMax: 12_000,
  afterArrivalTicks: 2_400,
});

/** What each rule may be, from and to. */
export const ruleBounds: Readonly<Record<keyof Rules, readonly [number, number]>> = {
  seats: [1, 1_000],
  levels: [1, 100],
  baseSize: [3, 64],
  floors: [0, 8],
  regionSize: [0, 64],
  startingTicks: [1, 100_000],
  climbingTicksMax: [1, 100_000],
  afterArrivalTicks: [1, 100_000],
  scoringTicks: [1, 100_000],
};

/** The given rules, and the default where none is given. Throws a RangeError that names the rule that cannot be. */
export function completeRules(given: Partial<Rules>): Rules {
  const rules = { ...defaultRules, ...given };
  for (const name of Object.keys(ruleBounds) as (keyof Rules)[]) {
    const [least, most] = ruleBounds[name];
    const value = rules[name];
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new RangeError(`rules.${name} must be a whole number from ${least} to ${most}, not ${value}`);
    }
  }
  return rules;
}
