import { FLAG_BOT } from './avatar.ts';
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
export function ranking({ avatars }: Pick<Sight, 'avatars'>): Rank[] {
  return [...avatars]
    .sort((a, b) => b.points - a.points || a.seat - b.seat)
    .map(({ seat, displayName, points, clews, flags }) => ({
      place: 1 + avatars.filter((other) => other.points > points).length,
      seat,
      displayName,
      points,
      clews,
      bot: (flags & FLAG_BOT) !== 0,
    }));
}
