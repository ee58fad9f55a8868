import { apply, emptyView, hashView, type Layout, type View } from '@clew/maze';
import type { FrameHeader, Region } from '@clew/protocol/clew/play/v1/frame.ts';

/** What became of a frame. */
export type FrameOutcome =
  | { readonly kind: 'applied'; readonly view: View; readonly isHashWrong: boolean }
  /** A delta without its base: nothing was changed; only a keyframe helps. */
  | { readonly kind: 'gap' };

/**
 * Applies a frame to the view of the tick before (undefined: none is known). A keyframe of the level that was known
 * already keeps its layout object: nobody needs to build the same maze again.
 */
export function applyFrame(base: View | undefined, header: FrameHeader, regions: readonly Region[]): FrameOutcome {
  if (!header.keyframe && base?.tick !== header.tick - 1) return { kind: 'gap' };
  let view = header.keyframe || base === undefined ? emptyView : base;
  for (const region of regions) view = apply(view, region, header.tick);
  if (view.tick !== header.tick) view = { ...view, tick: header.tick };
  if (header.keyframe && base !== undefined && sameLayout(base.layout, view.layout)) {
    view = { ...view, layout: base.layout };
  }
  return { kind: 'applied', view, isHashWrong: header.viewHash !== 0 && hashView(view) !== header.viewHash };
}

function sameLayout(a: Layout, b: Layout): boolean {
  if (a.width !== b.width || a.height !== b.height || a.floors !== b.floors || a.exit !== b.exit) return false;
  return a.cells.length === b.cells.length && a.cells.every((bits, cell) => bits === b.cells[cell]);
}
