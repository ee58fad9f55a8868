import type { Sight } from './sight.ts';

/** One line of the ranking. */
export interface Rank {
  /** From 1; equal points share a place. */
  readonly place: number;
  readonly seat: number;
  readonly displayName: string;
  readonly points: number;
  readonly clews: number;
  readonly bot: boolean;
}

/** Who stands where, best first; of equals the lower seat first. */
export function ranking(_sight: Sight): Rank[] {
  throw new Error('in the next commit');
}
