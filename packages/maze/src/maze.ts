import type { Clew } from './clew.ts';
import type { Layout } from './layout.ts';
import { defaultRules, type Rules } from './rules.ts';

/** One level as it is before anybody plays it. */
export interface Maze {
  readonly layout: Layout;
  /** Indices of the cells where avatars begin: seat s at starts[s % starts.length]. */
  readonly starts: readonly number[];
  readonly clews: readonly Clew[];
}

/** The maze of a level, from 1. `seed` is a whole number from 0 to 2^53 - 1. */
export function generateMaze(_seed: number, _level: number, _rules: Rules = defaultRules): Maze {
  throw new Error('in the next commit');
}
