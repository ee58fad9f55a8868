import { DIRECTIONS, type Direction, type Extent, type Layout, neighbourOffsets, passagesOf } from './layout.ts';

/** Steps from each cell to the nearest of some goals; UNREACHABLE where there is no way. */
export type Distances = Int32Array;

export const UNREACHABLE = 0x7fff_ffff;

/** Walks outwards from all goals at once, cell by cell. A ladder is one step. */
export function distancesTo(goals: readonly number[], cells: Uint8Array, extent: Extent): Distances {
  const offsets = neighbourOffsets(extent);
  const distances = new Int32Array(cells.length).fill(UNREACHABLE);
  const queue = new Int32Array(cells.length);
  let end = 0;
  for (const goal of goals) {
    if (distances[goal] !== UNREACHABLE) continue;
    distances[goal] = 0;
    queue[end++] = goal;
  }
  for (let start = 0; start < end; start++) {
    const cell = queue[start]!;
    const passages = passagesOf(cells, cell);
    for (const direction of DIRECTIONS) {
      if (!(passages & (1 << direction))) continue;
      const next = cell + offsets[direction]!;
      if (distances[next] !== UNREACHABLE) continue;
      distances[next] = distances[cell]! + 1;
      queue[end++] = next;
    }
  }
  return distances;
}

/** Derived from layouts, which never change; never part of a world. */
const exitDistances = new WeakMap<Layout, Distances>();

/** Steps from each cell to the exit. */
export function distancesToExit(layout: Layout): Distances {
  let distances = exitDistances.get(layout);
  if (distances === undefined) {
    distances = distancesTo([layout.exit], layout.cells, layout);
    exitDistances.set(layout, distances);
  }
  return distances;
}

/** The direction of the first step down; undefined at a goal and where there is no way. */
export function directionDown(layout: Layout, distances: Distances, cell: number): Direction | undefined {
  const here = distances[cell] ?? UNREACHABLE;
  if (here === 0 || here === UNREACHABLE) return undefined;
  const offsets = neighbourOffsets(layout);
  const passages = passagesOf(layout.cells, cell);
  return DIRECTIONS.find((direction) => passages & (1 << direction) && distances[cell + offsets[direction]!]! < here);
}

/** The cells of the shortest way to the exit, both ends included. */
export function wayToExit(layout: Layout, from: number): number[] {
  const distances = distancesToExit(layout);
  const offsets = neighbourOffsets(layout);
  const way = [from];
  let cell = from;
  for (;;) {
    const direction = directionDown(layout, distances, cell);
    if (direction === undefined) return way;
    cell += offsets[direction]!;
    way.push(cell);
  }
}
