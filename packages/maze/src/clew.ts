/** A ball of thread that lies in the middle of a dead end. */
export interface Clew {
  /** Its identity within the level, from 1. */
  readonly id: number;
  /** Index of its cell. */
  readonly cell: number;
}

/** The shortest way to the exit, shown to whoever picked up a clew. Replaced, never changed. */
export interface Glow {
  /** Indices of cells, from where the clew lay to the exit; empty: nothing glows. */
  readonly cells: number[];
  /** The tick in which it goes out; 0 when nothing glows. */
  readonly endTick: number;
}

/** How long a way glows: 5 seconds. */
export const GLOW_TICKS = 100;

/** A clew's own radius: it is touched when its circle and the player's meet. */
export const CLEW_RADIUS = 128;

/** Nothing glows. */
export const noGlow: Glow = Object.freeze({ cells: [], endTick: 0 });
