/** What the bench tells a process of clients, and what it hears. */
import type { EdgeAddress } from './player.ts';
import type { Door } from './wire/line.ts';

export type Order =
  /** Live through these lives of a way, so many at once. */
  | {
      readonly kind: 'live' | 'hold';
      readonly order: number;
      readonly way: string;
      readonly door: Door;
      readonly edges: readonly EdgeAddress[];
      readonly sessions: number;
      readonly atOnce: number;
    }
  /** Whoever is held reads no more, and shows no sign of life. */
  | { readonly kind: 'stall' }
  /** Whoever is held closes the connection. */
  | { readonly kind: 'let go' };

export interface Report {
  readonly order: number;
  /** Sessions that ended this way, or are held. */
  readonly lived: number;
  /** Those that did not get there. */
  readonly failed: number;
  /** Why, of the first few. */
  readonly failures: readonly string[];
  /** Whose sessions are held. */
  readonly playerIds: readonly string[];
}
