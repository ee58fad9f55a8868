import type { Avatar } from './avatar.ts';
import type { Clew } from './clew.ts';
import type { Layout } from './layout.ts';
import type { Level } from './level.ts';

/** What bots and rankings look at: a world offers it, and a view does. */
export interface Sight {
  readonly tick: number;
  readonly layout: Layout;
  readonly level: Level;
  /** By ascending seat. */
  readonly avatars: readonly Avatar[];
  /** Those that still lie there, by ascending id. Replaced, never changed. */
  readonly clews: readonly Clew[];
}
