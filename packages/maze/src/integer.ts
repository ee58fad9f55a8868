/** Arithmetic on whole numbers, by operators that give the same result on every machine. */

export function smaller(a: number, b: number): number {
  return a < b ? a : b;
}

export function larger(a: number, b: number): number {
  return a > b ? a : b;
}

export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** Without its sign. */
export function magnitude(value: number): number {
  return value < 0 ? -value : value;
}

/** The nearest whole number; halves go away from zero. */
export function nearest(value: number): number {
  return value < 0 ? (value - 0.5) | 0 : (value + 0.5) | 0;
}

/** The next whole number that is not smaller, of a value that is not negative. */
export function roundedUp(value: number): number {
  const whole = value | 0;
  return whole === value ? whole : whole + 1;
}

/** 32 well-mixed bits of two numbers (the finalizer of MurmurHash3, by Austin Appleby). */
export function mixed(a: number, b: number): number {
  let bits = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 0x7f4a7c15, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
