import { nearestOf } from './carving.ts';
import { larger, smaller } from './integer.ts';
import { ALL_WALLS, type Extent, isDeadEnd } from './layout.ts';
import { type Random, shuffle } from './random.ts';
import { type Distances, distancesTo } from './way.ts';

/** Cells of a floor per start: with fewer, avatars would begin on top of each other anyway. */
const AREA_PER_START = 8;
/** Cells per clew. */
const CELLS_PER_CLEW = 24;

/** The exit: on the top floor, as far as can be from some cell of the ground floor. */
export function chooseExit(cells: Uint8Array, extent: Extent, random: Random): number {
  const area = extent.width * extent.height;
  const distances = distancesTo([random.below(area)], cells, extent);
  let exit = -1;
  for (let cell = cells.length - area; cell < cells.length; cell++) {
    if (cells[cell]! > ALL_WALLS) continue;
    if (exit < 0 || distances[cell]! > distances[exit]!) exit = cell;
  }
  return exit;
}

/**
 * Starts for `seats` avatars on the ground floor: about equally far from the exit, as far as can be, and then apart
 * from each other. At least one, at most `seats`.
 */
export function chooseStarts(cells: Uint8Array, extent: Extent, toExit: Distances, seats: number): number[] {
  const area = extent.width * extent.height;
  const count = smaller(seats, larger(1, (area / AREA_PER_START) | 0));
  const byDistance: number[] = [];
  for (let cell = 0; cell < area; cell++) {
    if (cells[cell]! <= ALL_WALLS && toExit[cell]! > 0) byDistance.push(cell);
  }
  byDistance.sort((a, b) => toExit[b]! - toExit[a]! || a - b);

  const tolerance = larger(2, (toExit[byDistance[0]!]! / 10) | 0);
  let first = 0;
  while (
    first + count < byDistance.length &&
    toExit[byDistance[first]!]! - toExit[byDistance[first + count - 1]!]! > tolerance
  ) {
    first++;
  }
  const nearestAllowed = toExit[byDistance[first]!]! - tolerance;
  const band = byDistance.slice(first).filter((cell) => toExit[cell]! >= nearestAllowed);
  return spread(band, smaller(count, band.length), extent);
}

/**
 * Starts for many avatars on all floors, wherever it happens, but not near the exit. At least one, at most `seats`. In no
 * order: the first seats are the players', and in a corner of the maze nobody would pass by them.
 */
export function chooseStartsAnywhere(cells: Uint8Array, toExit: Distances, seats: number, random: Random): number[] {
  let farthest = 0;
  for (const distance of toExit) farthest = larger(farthest, distance);
  const candidates: number[] = [];
  for (let cell = 0; cell < cells.length; cell++) {
    if (cells[cell]! <= ALL_WALLS && toExit[cell]! * 4 >= farthest) candidates.push(cell);
  }
  shuffle(candidates, random);
  return candidates.slice(0, seats);
}

/** Dead ends with a clew each, ascending. */
export function chooseClewCells(cells: Uint8Array, exit: number, starts: readonly number[], random: Random): number[] {
  const deadEnds: number[] = [];
  for (let cell = 0; cell < cells.length; cell++) {
    if (isDeadEnd(cells, cell) && cell !== exit && !starts.includes(cell)) deadEnds.push(cell);
  }
  shuffle(deadEnds, random);
  const count = larger(2, (cells.length / CELLS_PER_CLEW) | 0);
  return deadEnds.slice(0, count).sort((a, b) => a - b);
}

/** `count` of the candidates, each as far as can be from those before it, the first candidate first; ascending. */
function spread(candidates: readonly number[], count: number, extent: Extent): number[] {
  const chosen = [candidates[0]!];
  const apart = candidates.map((candidate) => nearestOf(chosen, candidate, extent));
  while (chosen.length < count) {
    let farthest = 0;
    for (let index = 1; index < candidates.length; index++) if (apart[index]! > apart[farthest]!) farthest = index;
    const added = candidates[farthest]!;
    chosen.push(added);
    for (let index = 0; index < candidates.length; index++) {
      apart[index] = smaller(apart[index]!, nearestOf([added], candidates[index]!, extent));
    }
  }
  return chosen.sort((a, b) => a - b);
}
