import { clamp, larger } from './integer.ts';
import type { Mutable } from './mutable.ts';
import { FULL_TURN } from './units.ts';

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
  /**
   * From 1 to SEQUENCE_MAX, growing. Of several in one tick the highest counts; one that is not above the last applied
   * is ignored.
   */
  readonly sequence: number;
  /** The tick it is meant for. Whoever feeds a world sees to that; the rules only look how late it is. */
  readonly tick: number;
  /** How many ticks before that one the newest was that the player had seen; nothing: he saw everything. */
  readonly lag?: number | undefined;
}

/** Button bits. */
export const SPRINT = 1;
export const CLIMB_UP = 2;
export const CLIMB_DOWN = 4;

/** The most that `forward` and `strafe` can say. */
export const FULL_SPEED = 127;

/** The last number there is for an input: at one per tick, three years of play. */
export const SEQUENCE_MAX = 0x7fff_ffff;

/** An input holds until the next one, for this many ticks at most; then the hands are at rest. */
export const INPUT_HOLD_TICKS = 10;

/** Whoever did nothing for this long (2 minutes), connected or not, is played on by the bot until he does something. */
export const IDLE_TICKS = 2_400;

/** A quarter of a second: whoever sees later than that plays with a handicap, and claiming to gains nothing (see lag). */
export const LAG_TICKS_MAX = 5;

/** How old the world is that a player acts on, by an input that is applied at `tick`: late ones are older still. */
export function lagOf(input: Input, tick: number): number {
  if (input.lag === undefined) return 0;
  return clamp((input.lag | 0) + larger(0, tick - input.tick), 0, LAG_TICKS_MAX);
}

/** The same hands as whole numbers within their ranges, whatever was given. */
export function handsOf(given: Hands): Hands {
  const hands = restingHands(0);
  takeHands(hands, given);
  return hands;
}

/** `hands` do what is given, within the ranges; whether their player does something by that. */
export function takeHands(hands: Mutable<Hands>, given: Hands): boolean {
  const { heading } = hands;
  hands.forward = clamp(given.forward | 0, -FULL_SPEED, FULL_SPEED);
  hands.strafe = clamp(given.strafe | 0, -FULL_SPEED, FULL_SPEED);
  hands.heading = given.heading & (FULL_TURN - 1);
  hands.buttons = given.buttons & (SPRINT | CLIMB_UP | CLIMB_DOWN);
  return hands.forward !== 0 || hands.strafe !== 0 || hands.buttons !== 0 || hands.heading !== heading;
}

/** Hands that do nothing while the eyes look ahead. */
export function restingHands(heading: number): Mutable<Hands> {
  return { forward: 0, strafe: 0, heading, buttons: 0 };
}
