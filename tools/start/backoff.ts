/** How long a process that died waits before it is started again: doubling from 250 ms to 5 s. */
export const RESTART_MS_MIN = 250;
export const RESTART_MS_MAX = 5_000;

/** A process that ran this long was well; its next death is a first one. */
export const WELL_AFTER_MS = 10_000;

/** Milliseconds before start number `deaths` + 1, where `deaths` counts the deaths in a row, from 1. */
export function restartDelayMs(deaths: number): number {
  return Math.min(RESTART_MS_MAX, RESTART_MS_MIN * 2 ** (deaths - 1));
}
