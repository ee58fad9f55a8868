/**
 * What a labyrinth is furnished with, for the eye only: where its ceiling fell in, where torches burn, at which wall
 * a ladder leans and the exit's gate stands. Decided from the layout alone, so that everybody sees the same place.
 */
import {
  ALL_WALLS,
  LADDER_DOWN,
  LADDER_UP,
  type Layout,
  WALL_EAST,
  WALL_NORTH,
  WALL_SOUTH,
  WALL_WEST,
} from '@clew/maze';
import { grain, softGrain } from './grain.ts';
import { WALL_HALF } from './measures.ts';

/** A side of a cell: its wall bit and the direction towards it in the scene. */
export interface Side {
  readonly wall: number;
  readonly x: number;
  readonly z: number;
}

/** In the order north, east, south, west. */
export const SIDES: readonly Side[] = [
  { wall: WALL_NORTH, x: 0, z: -1 },
  { wall: WALL_EAST, x: 1, z: 0 },
  { wall: WALL_SOUTH, x: 0, z: 1 },
  { wall: WALL_WEST, x: -1, z: 0 },
];

/** A torch on a wall. `group` is which of two flames' unrest it follows. */
export interface Torch {
  readonly floor: number;
  readonly x: number;
  readonly z: number;
  readonly side: Side;
  readonly group: 0 | 1;
  /** 0.75 to 1.1. */
  readonly strength: number;
}

/** Something that leans on a side of a cell, or stands free in it when `against` is undefined. */
export interface Leaning {
  readonly cell: number;
  readonly floor: number;
  readonly column: number;
  readonly row: number;
  readonly side: Side;
  readonly free: boolean;
  /** One walks towards it, rather than along it. */
  readonly faced: boolean;
}

export interface Fixtures {
  /** One byte per cell: 1 where one sees the sky. */
  readonly open: Uint8Array;
  readonly torches: readonly Torch[];
  /** Ladders that lead up from their cell. */
  readonly ladders: readonly Leaning[];
  readonly gate: Leaning;
}

const TORCH_OFFSET = WALL_HALF + 0.1;

export function fixturesOf(layout: Layout): Fixtures {
  const open = openingsOf(layout);
  const gate = leaningIn(layout, layout.exit);
  const ladders: Leaning[] = [];
  layout.cells.forEach((bits, cell) => {
    if (bits & LADDER_UP) ladders.push(leaningIn(layout, cell));
  });
  return { open, gate, ladders, torches: torchesOf(layout, open, gate) };
}

function openingsOf(layout: Layout): Uint8Array {
  const { width, height, floors, cells, exit } = layout;
  const open = new Uint8Array(cells.length);
  const top = floors - 1;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const cell = (top * height + row) * width + column;
      const ruin = softGrain(column * 0.43 + 0.3, row * 0.43 + 0.7, 1024, 77) + (grain(column, row, 5) - 0.5) * 0.3;
      if (cell !== exit && ruin > 0.6) open[cell] = 1;
    }
  }
  return open;
}

function leaningIn(layout: Layout, cell: number): Leaning {
  const { width, height } = layout;
  const floor = Math.floor(cell / (width * height));
  const row = Math.floor(cell / width) % height;
  const column = cell % width;
  const bits = layout.cells[cell] ?? ALL_WALLS;
  // Opposite of the one way in, if it is a dead end; else any wall.
  const walls = SIDES.filter((side) => bits & side.wall);
  const facing = walls.find((side) => !(bits & (SIDES[(SIDES.indexOf(side) + 2) % 4] as Side).wall));
  const side = facing ?? walls[0];
  return {
    ...{ cell, floor, column, row },
    side: side ?? (SIDES[0] as Side),
    free: side === undefined,
    faced: side === undefined || facing !== undefined,
  };
}

/** Torches as far apart as a gloomy place wants them: none in a cell whose open neighbours have one already. */
function torchesOf(layout: Layout, open: Uint8Array, gate: Leaning): Torch[] {
  const { width, height, cells, exit } = layout;
  const lit = new Set<number>();
  const torches: Torch[] = [];
  const step = [-width, 1, width, -1];
  const order = Array.from(cells.keys()).sort((a, b) => grain(a, 11) - grain(b, 11));
  for (const cell of order) {
    const bits = cells[cell] ?? ALL_WALLS;
    if (cell === exit || bits & (LADDER_UP | LADDER_DOWN) || !(bits & ALL_WALLS)) continue;
    if (open[cell] && grain(cell, 12) < 0.7) continue;
    if (isLitNear(cell, 2)) continue;
    const floor = Math.floor(cell / (width * height));
    const row = Math.floor(cell / width) % height;
    const column = cell % width;
    const walls = SIDES.filter((side) => bits & side.wall);
    // A wall that one walks towards shows its torch from afar.
    const facing = walls.filter((side) => !(bits & (SIDES[(SIDES.indexOf(side) + 2) % 4] as Side).wall));
    const choice = facing.length > 0 ? facing : walls;
    const side = choice[Math.floor(grain(cell, 13) * choice.length)] as Side;
    if (cell === gate.cell) continue;
    lit.add(cell);
    torches.push({
      floor,
      side,
      x: column + 0.5 + side.x * (0.5 - TORCH_OFFSET),
      z: row + 0.5 + side.z * (0.5 - TORCH_OFFSET),
      group: grain(cell, 14) < 0.5 ? 0 : 1,
      strength: 0.75 + grain(cell, 15) * 0.35,
    });
  }
  return torches;

  function isLitNear(cell: number, steps: number): boolean {
    if (lit.has(cell)) return true;
    if (steps === 0) return false;
    const bits = cells[cell] ?? ALL_WALLS;
    return SIDES.some((side, index) => !(bits & side.wall) && isLitNear(cell + (step[index] as number), steps - 1));
  }
}
