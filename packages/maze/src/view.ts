import type { Avatar } from './avatar.ts';
import { type Clew, type Glow, noGlow } from './clew.ts';
import type { Layout } from './layout.ts';
import { type Level, Phase } from './level.ts';
import type { Mutable } from './mutable.ts';
import type { Sight } from './sight.ts';
import type { Figure, World } from './world.ts';

/** What every player of a match may know at a tick. Never changed. */
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

/** What everybody may know of a world now; later steps do not change it. Named field by field: nothing slips through. */
export function view(world: World): View {
  return viewOver(undefined, world);
}

/** A view that its owner writes over. */
export type OwnedView = Omit<Mutable<View>, 'avatars'> & { avatars: Mutable<Avatar>[] };

/**
 * The same, written over an older one if there is one: worlds are looked at in each tick, and a view made anew would be garbage
 * that has lived for a tick.
 */
export function viewOver(older: OwnedView | undefined, world: World): OwnedView {
  const { tick, layout, level, clews } = world;
  if (older === undefined) return { tick, layout, level, avatars: world.avatars.map(avatarOf), clews };
  older.tick = tick;
  older.layout = layout;
  older.level = level;
  older.clews = clews;
  for (const figure of world.avatars) showFigure(older.avatars[figure.seat]!, figure);
  return older;
}

/** What the player of a seat may know besides. */
export function ownView(world: World, seat: number): Own {
  return { glow: world.avatars[seat]?.glow ?? noGlow };
}

function avatarOf(figure: Figure): Mutable<Avatar> {
  return {
    seat: figure.seat,
    x: figure.x,
    y: figure.y,
    z: figure.z,
    heading: figure.heading,
    lastInput: figure.lastInput,
    points: figure.points,
    clews: figure.clews,
    flags: figure.flags,
    arrival: figure.arrival,
    displayName: figure.displayName,
  };
}

function showFigure(avatar: Mutable<Avatar>, figure: Figure): void {
  avatar.seat = figure.seat;
  avatar.x = figure.x;
  avatar.y = figure.y;
  avatar.z = figure.z;
  avatar.heading = figure.heading;
  avatar.lastInput = figure.lastInput;
  avatar.points = figure.points;
  avatar.clews = figure.clews;
  avatar.flags = figure.flags;
  avatar.arrival = figure.arrival;
  avatar.displayName = figure.displayName;
}
