import { CELL, cellsIn, HALF_CELL } from './units.ts';

/** How large a maze is. */
export interface Extent {
  /** Cells along x. */
  readonly width: number;
  /** Cells along y. */
  readonly height: number;
  readonly floors: number;
}

/** The walls, ladders and the exit of one level. Never changed once made: a new level has a new layout. */
export interface Layout extends Extent {
  /** One byte per cell, index (floor * height + y) * width + x; bits as below. A wall stands in both its cells. */
  readonly cells: Uint8Array;
  /** Index of the exit's cell. */
  readonly exit: number;
}

/** Bits of a cell: walls stop, ladders lead on. */
export const WALL_NORTH = 1; // towards -y
export const WALL_EAST = 2; // towards +x
export const WALL_SOUTH = 4; // towards +y
export const WALL_WEST = 8; // towards -x
export const LADDER_UP = 16;
export const LADDER_DOWN = 32;
export const ALL_WALLS = 15;

/** The ways out of a cell, as the numbers of their bits: north, east, south, west, up, down. */
export const DIRECTIONS = [0, 1, 2, 3, 4, 5] as const;
export type Direction = (typeof DIRECTIONS)[number];
export const UP = 4;
export const DOWN = 5;

/** The same ways the other way round. */
export const OPPOSITE: readonly Direction[] = [2, 3, 0, 1, 5, 4];

/** What to add to a cell's index to get to its neighbour, by direction. */
export function neighbourOffsets({ width, height }: Extent): readonly number[] {
  const area = width * height;
  return [-width, 1, width, -1, area, -area];
}

/** Which ways are open in a cell: one bit per direction. */
export function passagesOf(cells: Uint8Array, cell: number): number {
  return (cells[cell] ?? ALL_WALLS) ^ ALL_WALLS;
}

/** One way in and no ladder. */
export function isDeadEnd(cells: Uint8Array, cell: number): boolean {
  const passages = passagesOf(cells, cell);
  return passages === 1 || passages === 2 || passages === 4 || passages === 8;
}

/** The index of the cell that a place (in units) is in. Between floors it is the cell below. */
export function cellAt(layout: Extent, x: number, y: number, z: number): number {
  return (cellsIn(z) * layout.height + cellsIn(y)) * layout.width + cellsIn(x);
}

/** Where a cell is, counted in cells. */
export function placeOf(extent: Extent, cell: number): { column: number; row: number; floor: number } {
  const area = extent.width * extent.height;
  const floor = (cell / area) | 0;
  const row = ((cell - floor * area) / extent.width) | 0;
  return { column: cell - floor * area - row * extent.width, row, floor };
}

/** Where a cell's centre is, in units. */
export function centreOf(layout: Extent, cell: number): { x: number; y: number; z: number } {
  const { column, row, floor } = placeOf(layout, cell);
  return { x: column * CELL + HALF_CELL, y: row * CELL + HALF_CELL, z: floor * CELL };
}
