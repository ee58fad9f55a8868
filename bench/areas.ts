import type { Area } from './area.ts';
import { play } from './areas/play.ts';

/** All areas, in the order of `--help`. */
export const areas: readonly Area[] = [play];
