/**
 * The measures of the game. Everything in a world is a whole number of these; there is no time but the tick and no
 * length but the unit.
 */

/** One cell's side, and one floor's height, in units of length. */
export const CELL = 1024;
/** Half a cell: where a cell's centre is. */
export const HALF_CELL = 512;
/** The radius of a player's circle. */
export const RADIUS = 256;

/** A full turn in units of angle; headings run from 0 to FULL_TURN - 1, clockwise seen from above, 0 along +x. */
export const FULL_TURN = 65_536;
export const QUARTER_TURN = 16_384;

/** Ticks in a second. */
export const TICK_RATE = 20;
/** Milliseconds of one tick. */
export const TICK_MS = 50;

/** In which column, row or floor a coordinate lies. */
export function cellsIn(length: number): number {
  return length >> 10;
}

/** How far a coordinate is into its column, row or floor: 0 to CELL - 1. */
export function restIn(length: number): number {
  return length & (CELL - 1);
}
