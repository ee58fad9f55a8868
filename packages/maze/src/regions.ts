import { DIRECTIONS, type Layout, neighbourOffsets, passagesOf, placeOf, UP } from './layout.ts';

/**
 * A large maze is divided into regions, so that each player is told only of those that can be seen from where he stands: a
 * floor is cut into square blocks, and what is connected within a block is a region; a wall through a block parts it.
 * Regions are numbered from 1 by their first cells. 0 stands for the whole maze: for what everybody may know, and for all
 * there is where a maze is not divided.
 */
export interface Regions {
  readonly count: number;
  /** The region of each cell. */
  readonly ofCell: Uint16Array;
}

/** Divides a maze by blocks of `size` cells along each side. */
export function divide(layout: Layout, size: number): Regions {
  const { cells } = layout;
  const blocks = blocksOf(layout, size);
  const offsets = neighbourOffsets(layout);
  const ofCell = new Uint16Array(cells.length);
  const open: number[] = [];
  let count = 0;
  for (let first = 0; first < cells.length; first++) {
    if (ofCell[first] !== 0) continue;
    ofCell[first] = ++count;
    open.push(first);
    for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
      const passages = passagesOf(cells, cell);
      for (const direction of DIRECTIONS) {
        if (direction >= UP || !(passages & (1 << direction))) continue;
        const next = cell + offsets[direction]!;
        if (ofCell[next] !== 0 || blocks[next] !== blocks[first]) continue;
        ofCell[next] = count;
        open.push(next);
      }
    }
  }
  return { count, ofCell };
}

/** The number of each cell's block. */
function blocksOf(layout: Layout, size: number): Uint16Array {
  const across = (((layout.width + size - 1) / size) | 0) * (((layout.height + size - 1) / size) | 0);
  return Uint16Array.from(layout.cells, (_, cell) => {
    const { column, row, floor } = placeOf(layout, cell);
    return floor * across + ((row / size) | 0) * (((layout.width + size - 1) / size) | 0) + ((column / size) | 0);
  });
}
