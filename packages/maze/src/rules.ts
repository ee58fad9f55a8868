/** What can differ from match to match. Plain data: part of the world. */
export interface Rules {
  /** Avatars in the match; those that no player holds are played by bots. */
  readonly seats: number;
  /** Levels of the match. */
  readonly levels: number;
  /** Cells along each side of level 1, at least 3; later levels are larger. */
  readonly baseSize: number;
  /** From the end of the one before, or of the match's making, to when everybody may move. */
  readonly startingTicks: number;
  /** The longest that a level's climbing lasts. */
  readonly climbingTicksMax: number;
  /** How long a level's climbing goes on at most after the first player is out. */
  readonly afterArrivalTicks: number;
  /** How long a level's points are shown. */
  readonly scoringTicks: number;
}

export const defaultRules: Rules = Object.freeze({
  seats: 8,
  levels: 5,
  baseSize: 10,
  startingTicks: 60,
  climbingTicksMax: 3_600,
  afterArrivalTicks: 400,
  scoringTicks: 120,
});
