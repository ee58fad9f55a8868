/** What a player's hands do: intentions, never positions. */
export interface Hands {
  /** -127 (back) to 127 (forward). */
  readonly forward: number;
  /** -127 (left) to 127 (right). */
  readonly strafe: number;
  /** Where the player faces, absolute: 0 to 65535. */
  readonly heading: number;
  /** Bits: SPRINT, CLIMB_UP, CLIMB_DOWN. */
  readonly buttons: number;
}

/** Hands at a moment, numbered by whoever has them. */
export interface Input extends Hands {
  /** From 1, growing. Of several in one tick the highest counts; one that is not above the last applied is ignored. */
  readonly sequence: number;
  /** The tick it is meant for. Whoever feeds a world sees to that; the rules do not look at it. */
  readonly tick: number;
}

/** Button bits. */
export const SPRINT = 1;
export const CLIMB_UP = 2;
export const CLIMB_DOWN = 4;

/** The most that `forward` and `strafe` can say. */
export const FULL_SPEED = 127;

/** An input holds until the next one, for this many ticks at most; then the hands are at rest. */
export const INPUT_HOLD_TICKS = 10;

/** Whoever did nothing for this long (2 minutes), connected or not, is played on by the bot until he does something. */
export const IDLE_TICKS = 2_400;
