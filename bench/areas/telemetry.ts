import type { Area } from '../area.ts';
import { measureBounds } from '../telemetry/bounds.ts';
import { measureOverhead } from '../telemetry/overhead.ts';

/** About 500: full rooms. */
const terms = { players: 504, rounds: 7, warmUp: 3, seconds: 12 };

const parts: NonNullable<Area['parts']> = {
  bounds: measureBounds,
  overhead: (bench) => measureOverhead(bench, terms),
};

/** What it costs to be seen, and whether what is told stays bounded and whole. */
export const telemetry: Area = {
  name: 'telemetry',
  about: `CPU of simulation and edge with telemetry on and off, ${terms.players} players; series; traces`,
  parts,
  async *measure(bench) {
    for (const part of Object.values(parts)) yield* part(bench);
  },
};
