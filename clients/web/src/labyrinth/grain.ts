/**
 * The grain of things: what looks like chance and is the same on every machine and in every visit. Only for the eye;
 * the rules know nothing of it.
 */

/** A number from 0 to 1 (exclusive) that whole numbers lead to. */
export function grain(a: number, b = 0, c = 0, d = 0): number {
  let h = Math.imul(a | 0, 0x9e3779b1) ^ Math.imul(b | 0, 0x85ebca6b) ^ Math.imul(c | 0, 0xc2b2ae35) ^ (d | 0);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 4_294_967_296;
}

/** From 0 below `low` to 1 above `high`, smooth in between. */
export function smooth(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Soft noise, 0 to 1, that repeats every `period` (whole number) along both axes. */
export function softGrain(x: number, y: number, period: number, salt: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const fx = smooth(0, 1, x - column);
  const fy = smooth(0, 1, y - row);
  const at = (dx: number, dy: number): number =>
    grain((((column + dx) % period) + period) % period, (((row + dy) % period) + period) % period, salt);
  const top = at(0, 0) + (at(1, 0) - at(0, 0)) * fx;
  const bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * fx;
  return top + (bottom - top) * fy;
}
