import { magnitude, nearest } from './integer.ts';
import { FULL_TURN, QUARTER_TURN } from './units.ts';

/** What `sine` calls 1. */
export const SINE_ONE = 16_384;

const STEPS = 4_096; // of a full turn
const STEP_ANGLE = FULL_TURN / STEPS;
const TAU = 6.283185307179586;

/**
 * The sine of each step of a full turn. Machines agree on `+ - * /` to the last bit, but not on the sine of their language:
 * so the table comes from Taylor's series, which on a quarter turn is exact far beyond what is kept.
 */
const table = new Int16Array(STEPS);
for (let step = 0; step <= STEPS / 4; step++) {
  const angle = (step * TAU) / STEPS;
  let term = angle;
  let sum = angle;
  for (let n = 2; n <= 20; n += 2) {
    term = (-term * angle * angle) / (n * (n + 1));
    sum += term;
  }
  const value = nearest(sum * SINE_ONE);
  table[step] = value;
  table[STEPS / 2 - step] = value;
  table[(STEPS / 2 + step) % STEPS] = -value;
  table[(STEPS - step) % STEPS] = -value;
}

/** The sine of an angle, from -SINE_ONE to SINE_ONE. Any angle will do; it wraps around. */
export function sine(angle: number): number {
  return table[((angle & (FULL_TURN - 1)) / STEP_ANGLE) | 0]!;
}

export function cosine(angle: number): number {
  return sine(angle + QUARTER_TURN);
}

/** The heading that looks along (x, y), within a quarter of a degree; 0 for no direction at all. */
export function headingOf(x: number, y: number): number {
  const along = magnitude(x);
  const across = magnitude(y);
  if (along === 0 && across === 0) return 0;
  const steep = across > along;
  const slope = steep ? along / across : across / along;
  // arctan t ≈ π/4 t + 0.273 t (1 - t), in turns of 65,536 (Rajan et al., "Efficient approximations for the arctangent").
  const eighth = slope * (8_192 + 2_847 * (1 - slope));
  const quarter = steep ? QUARTER_TURN - eighth : eighth;
  const half = x < 0 ? 2 * QUARTER_TURN - quarter : quarter;
  return nearest(y < 0 ? -half : half) & (FULL_TURN - 1);
}

/** The way from one heading to another, the shorter way round: -32768 to 32767. */
export function turnBetween(from: number, to: number): number {
  return ((to - from + FULL_TURN / 2) & (FULL_TURN - 1)) - FULL_TURN / 2;
}
