/** A stream of random numbers. Each purpose draws from a stream of its own, so that none disturbs another. */
export interface Random {
  /** A whole number from 0 to bound - 1. */
  below(bound: number): number;
}

/** What random numbers are for. */
export const Purpose = { CORRIDORS: 1, LADDERS: 2, LOOPS: 3, PLACES: 4, CLEWS: 5, STARTS: 6 } as const;
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

const TWO_TO_32 = 4_294_967_296;

/**
 * The stream of a purpose in a level: sfc32 of Chris Doty-Humphrey's PractRand. `seed` is a whole number from 0 to
 * 2^53 - 1: too many to find out from a maze by trying them.
 */
export function randomOf(seed: number, level: number, purpose: Purpose): Random {
  let a = (seed % TWO_TO_32) | 0;
  let b = (seed / TWO_TO_32) | 0;
  let c = (Math.imul(level, 0x9e3779b1) + purpose) | 0;
  let counter = 1;

  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  // The first numbers still resemble the seed.
  for (let round = 0; round < 16; round++) next();
  return { below: (bound) => ((next() / TWO_TO_32) * bound) | 0 };
}

/** Puts a list into random order, in place (Fisher and Yates). */
export function shuffle(list: number[], random: Random): void {
  for (let last = list.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const swapped = list[last]!;
    list[last] = list[other]!;
    list[other] = swapped;
  }
}
