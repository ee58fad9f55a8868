import { applyRegions, contentOf, hashContent, hashView, type Known, type Layout, nothingKnown } from '@clew/maze';
import type { FrameHeader } from '@clew/protocol/clew/play/v1/frame.ts';
import type { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';

/** What became of a frame. */
export type FrameOutcome =
  | { readonly kind: 'applied'; readonly known: Known; readonly isHashWrong: boolean }
  /** A delta without its base: nothing was changed; only a keyframe helps. */
  | { readonly kind: 'gap' };

/**
 * Applies a frame to what was known at the tick before (undefined: nothing is). A keyframe of the level that was known
 * already keeps its layout object: nobody needs to build the same maze again.
 */
export function applyFrame(
  base: Known | undefined,
  header: FrameHeader,
  { regions, rows, own }: Pick<PlayResponse, 'regions' | 'rows' | 'own'>,
): FrameOutcome {
  const { tick, keyframe, viewHash } = header;
  if (!keyframe && base?.view.tick !== tick - 1) return { kind: 'gap' };
  const from = keyframe || base === undefined ? nothingKnown : base;
  let known = applyRegions(from, tick, regions, own?.regionsGone ?? [], rows);
  if (keyframe && base !== undefined && sameLayout(base.view.layout, known.view.layout)) {
    known = { ...known, view: { ...known.view, layout: base.view.layout } };
  }
  const isHashWrong =
    (viewHash !== 0 && hashView(known.view) !== viewHash) ||
    regions.some(({ region, hash }) => hash !== 0 && hashContent(tick, contentOf(known, region)) !== hash);
  return { kind: 'applied', known, isHashWrong };
}

function sameLayout(a: Layout, b: Layout): boolean {
  if (a.width !== b.width || a.height !== b.height || a.floors !== b.floors || a.exit !== b.exit) return false;
  return a.cells.length === b.cells.length && a.cells.every((bits, cell) => bits === b.cells[cell]);
}
