import type { Avatar } from './avatar.ts';
import type { Clew, Glow } from './clew.ts';
import type { Layout } from './layout.ts';
import { type Level, Phase } from './level.ts';
import type { Sight } from './sight.ts';
import type { World } from './world.ts';

/** What every player of a match may know at a tick. Immutable. */
export interface View extends Sight {
  readonly tick: number;
  readonly layout: Layout;
  readonly level: Level;
  readonly avatars: readonly Avatar[];
  readonly clews: readonly Clew[];
}

/** What one seat alone may know. */
export interface Own {
  /** The same object as long as it does not change; no cells: nothing glows. */
  readonly glow: Glow;
}

/** Nothing is known: the base of keyframes. */
export const emptyView: View = Object.freeze({
  tick: 0,
  layout: Object.freeze({ width: 0, height: 0, floors: 0, cells: new Uint8Array(0), exit: 0 }),
  level: Object.freeze({ number: 0, levels: 0, phase: Phase.UNSPECIFIED, phaseEndTick: 0 }),
  avatars: Object.freeze([]),
  clews: Object.freeze([]),
});

/** What everybody may know of a world now. Later steps do not change it. */
export function view(_world: World): View {
  throw new Error('in the next commit');
}

/** What the player of a seat may know besides. */
export function ownView(_world: World, _seat: number): Own {
  throw new Error('in the next commit');
}
