import { ALL_WALLS, type Layout } from './layout.ts';

/**
 * What movement asks the maze: the bits of a cell, as in Layout. Where nothing is known, all walls: nobody walks into
 * the unknown. The truth asks the whole maze, a player's prediction what the player was shown.
 */
export type Walls = (column: number, row: number, floor: number) => number;

/** Asks a layout. Outside of it there are only walls. */
export function wallsOf(layout: Layout): Walls {
  const { width, height, floors, cells } = layout;
  return (column, row, floor) => {
    if (column < 0 || row < 0 || floor < 0 || column >= width || row >= height || floor >= floors) return ALL_WALLS;
    return cells[(floor * height + row) * width + column] ?? ALL_WALLS;
  };
}
