import { carveCorridors, openLoops, placeLadders, solid } from './carving.ts';
import type { Clew } from './clew.ts';
import { smaller } from './integer.ts';
import type { Extent, Layout } from './layout.ts';
import { chooseClewCells, chooseExit, chooseStarts, chooseStartsAnywhere } from './places.ts';
import { Purpose, randomOf } from './random.ts';
import { defaultRules, type Rules } from './rules.ts';
import { distancesToExit } from './way.ts';

/** One level as it is before anybody plays it. */
export interface Maze {
  readonly layout: Layout;
  /** Indices of the cells where avatars begin: seat s at starts[s % starts.length]. */
  readonly starts: readonly number[];
  /** By ascending id, which is by ascending cell too. */
  readonly clews: readonly Clew[];
}

/** From this level on there is a second floor. */
const TWO_FLOORS_LEVEL = 3;
/** Cells that each level is longer and wider than the one before. */
const GROWTH = 2;
/** The longest and widest that a level gets. */
const SIZE_MAX = 64;

/** How large a level is. */
export function extentOf(level: number, rules: Rules = defaultRules): Extent {
  const size = smaller(rules.baseSize + GROWTH * (level - 1), SIZE_MAX);
  return { width: size, height: size, floors: rules.floors || (level < TWO_FLOORS_LEVEL ? 1 : 2) };
}

/** The maze of a level, from 1. `seed` is a whole number from 0 to 2^53 - 1. */
export function generateMaze(
  seed: number,
  level: number,
  rules: Rules = defaultRules,
  extent: Extent = extentOf(level, rules),
): Maze {
  const random = (purpose: Purpose) => randomOf(seed, level, purpose);
  const cells = solid(extent);
  carveCorridors(cells, extent, random(Purpose.CORRIDORS));
  placeLadders(cells, extent, random(Purpose.LADDERS));
  openLoops(cells, extent, random(Purpose.LOOPS));
  const exit = chooseExit(cells, extent, random(Purpose.PLACES));
  const layout: Layout = { width: extent.width, height: extent.height, floors: extent.floors, cells, exit };
  const toExit = distancesToExit(layout);
  const starts =
    rules.regionSize > 0
      ? chooseStartsAnywhere(cells, toExit, rules.seats, random(Purpose.STARTS))
      : chooseStarts(cells, extent, toExit, rules.seats);
  const clewCells = chooseClewCells(cells, exit, starts, random(Purpose.CLEWS));
  return { layout, starts, clews: clewCells.map((cell, index) => ({ id: index + 1, cell })) };
}
