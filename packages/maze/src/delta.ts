import type { Clew } from './clew.ts';
import type { Layout } from './layout.ts';
import type { Level } from './level.ts';
import type { View } from './view.ts';

/** The change from one view to another. Its shape is the protocol's Region, without the region's number. */
export interface Delta {
  /** Present when it changed. */
  layout: Layout | undefined;
  /** Present when it changed. */
  level: Level | undefined;
  /** Changed avatars, by ascending seat. */
  avatars: AvatarDelta[];
  /** Seats whose avatars left, ascending. */
  avatarsGone: number[];
  /** New clews, by ascending id. */
  clews: Clew[];
  /** Ids of clews that are gone, ascending. */
  clewsGone: number[];
}

/** Numbers are differences; what is optional is absolute, and present when it changed. */
export interface AvatarDelta {
  seat: number;
  x: number;
  y: number;
  z: number;
  /** The shorter way round: -32768 to 32767. */
  heading: number;
  lastInput: number;
  points: number;
  clews: number;
  flags?: number | undefined;
  arrival?: number | undefined;
  displayName?: string | undefined;
}

/** What changed from `base` to `next`. For a keyframe the base is `emptyView`. */
export function delta(_base: View, _next: View): Delta {
  throw new Error('in the next commit');
}

/** The view at `tick` that `change` leads to from `base`: apply(base, delta(base, next), next.tick) equals next. */
export function apply(_base: View, _change: Delta, _tick: number): View {
  throw new Error('in the next commit');
}
