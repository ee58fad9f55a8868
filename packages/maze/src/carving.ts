import { larger, magnitude, smaller } from './integer.ts';
import {
  ALL_WALLS,
  type Direction,
  type Extent,
  LADDER_DOWN,
  LADDER_UP,
  neighbourOffsets,
  OPPOSITE,
  placeOf,
} from './layout.ts';
import type { Random } from './random.ts';

/** Cells of a floor per ladder to the next one. */
const AREA_PER_LADDER = 96;
/** Cells per wall that is opened into a loop. */
const CELLS_PER_LOOP = 16;

/** Nothing but closed cells. */
export function solid({ width, height, floors }: Extent): Uint8Array {
  return new Uint8Array(width * height * floors).fill(ALL_WALLS);
}

/**
 * Carves each floor into a perfect maze: between any two cells of a floor there is exactly one way. Grows a tree
 * (Jamis Buck's "growing tree"): mostly from its newest cell, which gives long corridors, sometimes from any, which
 * gives crossroads and dead ends.
 */
export function carveCorridors(cells: Uint8Array, extent: Extent, random: Random): void {
  const area = extent.width * extent.height;
  const carved = new Uint8Array(cells.length);
  const growing: number[] = [];
  for (let floor = 0; floor < extent.floors; floor++) {
    const first = floor * area + random.below(area);
    carved[first] = 1;
    growing.push(first);
    while (growing.length > 0) {
      const place = random.below(5) > 0 ? growing.length - 1 : random.below(growing.length);
      const cell = growing[place]!;
      const next = openAny(cells, extent, cell, random, (neighbour) => carved[neighbour] === 0);
      if (next === undefined) {
        growing[place] = growing[growing.length - 1]!;
        growing.pop();
      } else {
        carved[next] = 1;
        growing.push(next);
      }
    }
  }
}

/** Opens some more walls, so that there is more than one way: that many at random places. */
export function openLoops(cells: Uint8Array, extent: Extent, random: Random): void {
  const loops = larger(1, (cells.length / CELLS_PER_LOOP) | 0);
  for (let loop = 0; loop < loops; loop++) {
    // From a random cell on, the first that still has a wall to open.
    let cell = random.below(cells.length);
    while (openAny(cells, extent, cell, random, () => true) === undefined) cell = (cell + 1) % cells.length;
  }
}

/** Joins each floor with the next by ladders, far from each other: one at least. */
export function placeLadders(cells: Uint8Array, extent: Extent, random: Random): void {
  const area = extent.width * extent.height;
  const ladders = larger(1, (area / AREA_PER_LADDER) | 0);
  for (let floor = 0; floor + 1 < extent.floors; floor++) {
    const placed: number[] = [];
    for (let ladder = 0; ladder < ladders; ladder++) {
      let best = -1;
      let bestDistance = -1;
      for (let attempt = 0; attempt < 8; attempt++) {
        const foot = floor * area + random.below(area);
        // A cell is the top or the foot of a ladder, not both: a climb ends at each floor.
        if (cells[foot]! > ALL_WALLS || cells[foot + area]! > ALL_WALLS) continue;
        const distance = nearestOf(placed, foot, extent);
        if (distance <= bestDistance) continue;
        best = foot;
        bestDistance = distance;
      }
      if (best < 0 && ladder > 0) continue;
      const foot = best >= 0 ? best : floor * area + firstWithoutLadder(cells, floor * area);
      cells[foot]! |= LADDER_UP;
      cells[foot + area]! |= LADDER_DOWN;
      placed.push(foot);
    }
  }
}

/** Opens a random one of the walls of a cell to neighbours that are wanted, on the same floor; says to which. */
function openAny(
  cells: Uint8Array,
  extent: Extent,
  cell: number,
  random: Random,
  wanted: (neighbour: number) => boolean,
): number | undefined {
  const { column, row } = placeOf(extent, cell);
  const offsets = neighbourOffsets(extent);
  const first = random.below(4);
  for (let turn = 0; turn < 4; turn++) {
    const direction = ((first + turn) & 3) as Direction;
    if (direction === 0 && row === 0) continue;
    if (direction === 1 && column === extent.width - 1) continue;
    if (direction === 2 && row === extent.height - 1) continue;
    if (direction === 3 && column === 0) continue;
    const neighbour = cell + offsets[direction]!;
    if (!(cells[cell]! & (1 << direction)) || !wanted(neighbour)) continue;
    cells[cell]! &= ~(1 << direction);
    cells[neighbour]! &= ~(1 << OPPOSITE[direction]!);
    return neighbour;
  }
  return undefined;
}

/** How far the nearest of some cells is, walls or not. */
export function nearestOf(others: readonly number[], cell: number, extent: Extent): number {
  const here = placeOf(extent, cell);
  let nearest = extent.width + extent.height;
  for (const other of others) {
    const there = placeOf(extent, other);
    nearest = smaller(nearest, magnitude(here.column - there.column) + magnitude(here.row - there.row));
  }
  return nearest;
}

/** In a floor there is always one: its ladders down are fewer than its cells. */
function firstWithoutLadder(cells: Uint8Array, floorStart: number): number {
  let cell = floorStart;
  while (cells[cell]! > ALL_WALLS) cell++;
  return cell - floorStart;
}
