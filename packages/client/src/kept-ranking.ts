import type { Rank } from '@clew/maze';

/** The older list while nothing in it changed. */
export function keptRanking(older: readonly Rank[], ranks: readonly Rank[]): readonly Rank[] {
  const isSame =
    older.length === ranks.length &&
    ranks.every((rank, index) => {
      const before = older[index];
      return (
        before !== undefined &&
        before.seat === rank.seat &&
        before.place === rank.place &&
        before.points === rank.points &&
        before.clews === rank.clews &&
        before.bot === rank.bot &&
        before.displayName === rank.displayName
      );
    });
  return isSame ? older : ranks;
}
