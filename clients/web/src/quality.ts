/**
 * How finely to draw so that it stays fluent: measured frame times move the resolution, slowly up and quickly down.
 * Pure: times in, resolution out.
 */

/** Pixels drawn per pixel shown, along one side: at least, at most. */
export const FINENESS_MIN = 0.3;

/** How many frames are looked at before the fineness changes. */
const WINDOW = 12;

export interface Quality {
  /** Pixels drawn per CSS pixel, along one side. */
  readonly fineness: number;
  readonly finenessMax: number;
  /** Frames should not take longer, in milliseconds. */
  readonly targetMs: number;
  readonly frames: number;
  readonly totalMs: number;
  /** Windows in a row that had time to spare. */
  readonly easy: number;
}

export function startingQuality(isSoftware: boolean, pixelRatio: number): Quality {
  const finenessMax = isSoftware ? 0.75 : Math.min(1.5, pixelRatio);
  return {
    fineness: isSoftware ? 0.5 : finenessMax,
    finenessMax,
    targetMs: isSoftware ? 45 : 20,
    frames: 0,
    totalMs: 0,
    easy: 0,
  };
}

/** The quality after one more frame that took this long, from its beginning to the next one's. */
export function afterFrame(quality: Quality, frameMs: number): Quality {
  // A tab that was hidden or a level that was built is no measure.
  if (frameMs > 500) return quality;
  const frames = quality.frames + 1;
  const totalMs = quality.totalMs + frameMs;
  if (frames < WINDOW) return { ...quality, frames, totalMs };
  const meanMs = totalMs / frames;
  const fresh = { ...quality, frames: 0, totalMs: 0 };
  if (meanMs > quality.targetMs * 1.15) {
    const step = meanMs > quality.targetMs * 1.8 ? 0.72 : 0.87;
    return { ...fresh, easy: 0, fineness: Math.max(FINENESS_MIN, quality.fineness * step) };
  }
  if (meanMs > quality.targetMs * 0.9) return { ...fresh, easy: 0 };
  // Up only when it was easy for a while: finer and coarser in turns would be worse than coarse.
  const easy = quality.easy + 1;
  if (easy < 10) return { ...fresh, easy };
  return { ...fresh, easy: 0, fineness: Math.min(quality.finenessMax, quality.fineness * 1.1) };
}

/** A fineness that somebody asked for in the page's address (for pictures); undefined when it is none. */
export function finenessIn(text: string | null): number | undefined {
  const fineness = Number(text ?? '');
  return fineness >= FINENESS_MIN && fineness <= 2 ? fineness : undefined;
}
