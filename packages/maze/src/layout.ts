import { CELL, HALF_CELL } from './units.ts';

/** The walls, ladders and the exit of one level. Never changed once made: a new level has a new layout. */
export interface Layout {
  /** Cells along x. */
  readonly width: number;
  /** Cells along y. */
  readonly height: number;
  readonly floors: number;
  /** One byte per cell, index (floor * height + y) * width + x; bits as below. A wall stands in both its cells. */
  readonly cells: Uint8Array;
  /** Index of the exit's cell. */
  readonly exit: number;
}

/** Bits of a cell. */
export const WALL_NORTH = 1; // towards -y
export const WALL_EAST = 2; // towards +x
export const WALL_SOUTH = 4; // towards +y
export const WALL_WEST = 8; // towards -x
export const LADDER_UP = 16;
export const LADDER_DOWN = 32;
export const ALL_WALLS = 15;

/** The index of the cell that a place (in units) is in. Between floors it is the cell below. */
export function cellAt(layout: Layout, x: number, y: number, z: number): number {
  const column = (x / CELL) | 0;
  const row = (y / CELL) | 0;
  const floor = (z / CELL) | 0;
  return (floor * layout.height + row) * layout.width + column;
}

/** Where a cell's centre is, in units. */
export function centreOf(layout: Layout, cell: number): { x: number; y: number; z: number } {
  const area = layout.width * layout.height;
  const floor = (cell / area) | 0;
  const onFloor = cell - floor * area;
  const row = (onFloor / layout.width) | 0;
  const column = onFloor - row * layout.width;
  return { x: column * CELL + HALF_CELL, y: row * CELL + HALF_CELL, z: floor * CELL };
}
