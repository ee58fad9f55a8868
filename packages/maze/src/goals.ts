import type { Clew } from './clew.ts';
import { mixed } from './integer.ts';
import type { Layout } from './layout.ts';
import { type Distances, distancesTo } from './way.ts';

/**
 * Where else than to the exit a bot may want to go. All of this is derived from things that never change and is kept
 * as long as they are; it is never part of a world.
 */
const clewDistances = new WeakMap<readonly Clew[], Distances>();
const landmarkDistances = new WeakMap<Layout, Distances[]>();

/** Steps from each cell to the nearest of the clews that still lie there. */
export function distancesToClews(layout: Layout, clews: readonly Clew[]): Distances {
  let distances = clewDistances.get(clews);
  if (distances === undefined || distances.length !== layout.cells.length) {
    distances = distancesTo(
      clews.map((clew) => clew.cell),
      layout.cells,
      layout,
    );
    clewDistances.set(clews, distances);
  }
  return distances;
}

/** Steps from each cell to a landmark: a cell of no meaning that all bots agree on. */
export function distancesToLandmark(layout: Layout, landmark: number): Distances {
  let known = landmarkDistances.get(layout);
  if (known === undefined) {
    known = [];
    landmarkDistances.set(layout, known);
  }
  let distances = known[landmark];
  if (distances === undefined) {
    const cell = mixed(landmark, layout.exit) % layout.cells.length;
    distances = distancesTo([cell], layout.cells, layout);
    known[landmark] = distances;
  }
  return distances;
}
