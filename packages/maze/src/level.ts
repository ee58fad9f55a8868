/** What a match is at: as in the protocol. */
export const Phase = {
  /** Never in a world: only the empty view has it. */
  UNSPECIFIED: 0,
  /** Players are let in; everybody may look around, nobody moves. */
  STARTING: 1,
  /** Everybody climbs. */
  CLIMBING: 2,
  /** The level is over; points are shown. */
  SCORING: 3,
  /** The match is over; the ranking stands. */
  FINISHED: 4,
} as const;

export type Phase = (typeof Phase)[keyof typeof Phase];

/** Where the match stands. Replaced, never changed. */
export interface Level {
  /** 1 to levels. */
  readonly number: number;
  readonly levels: number;
  readonly phase: Phase;
  /** The tick in which the phase ends; 0 when it is open. */
  readonly phaseEndTick: number;
}
