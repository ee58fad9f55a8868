import type { Avatar } from './avatar.ts';
import type { Clew } from './clew.ts';
import type { Layout } from './layout.ts';
import type { Level } from './level.ts';
import { applyMoves, type Moves, MovesDraft } from './moves.ts';
import { turnBetween } from './sine.ts';
import { FULL_TURN } from './units.ts';
import type { View } from './view.ts';

/** The change from one view to another. Its shape is the protocol's Region, without the region's number. */
export interface Delta extends ContentDelta {
  /** Present when it changed. */
  layout: Layout | undefined;
  /** Present when it changed. */
  level: Level | undefined;
  /** Avatars that moved and did nothing else: none of `avatars`. */
  moves: Moves | undefined;
}

/** Who and what is in a maze, or in a part of it. */
export interface Content {
  /** By ascending seat. */
  readonly avatars: readonly Avatar[];
  /** By ascending id. */
  readonly clews: readonly Clew[];
}

/** How that changed, but for avatars that moved and did nothing else. */
export interface ContentDelta {
  /** Avatars that changed in any other way than by moving, by ascending seat. */
  avatars: AvatarDelta[];
  /** Seats whose avatars left, ascending. */
  avatarsGone: number[];
  /** New clews, by ascending id; one whose id was known before lies elsewhere now. */
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
export function delta(base: View, next: View): Delta {
  const moves = new MovesDraft();
  const { avatars, avatarsGone, clews, clewsGone } = contentDelta(base, next, moves);
  return {
    layout: sameLayout(base.layout, next.layout) ? undefined : next.layout,
    level: sameLevel(base.level, next.level) ? undefined : next.level,
    avatars,
    avatarsGone,
    clews,
    clewsGone,
    moves: moves.finish(),
  };
}

/** What changed; who only moved is left to `moves`. */
export function contentDelta(base: Content, next: Content, moves: Pick<MovesDraft, 'take'>): ContentDelta {
  const avatars = merge(base.avatars, next.avatars, seatOf, (before, after) =>
    before !== undefined && moves.take(before, after) ? undefined : avatarDelta(before, after),
  );
  const clews = merge(base.clews, next.clews, idOf, (before, after) =>
    before?.cell === after.cell ? undefined : after,
  );
  return {
    avatars: avatars.changed,
    avatarsGone: avatars.gone,
    clews: clews.changed,
    clewsGone: clews.gone,
  };
}

/** The view at `tick` that `change` leads to from `base`: apply(base, delta(base, next), next.tick) equals next. */
export function apply(base: View, change: Delta, tick: number): View {
  return {
    tick,
    layout: change.layout === undefined ? base.layout : ownLayout(change.layout),
    level: change.level === undefined ? base.level : { ...change.level },
    avatars: applyMoves(
      patch(base.avatars, change.avatars, change.avatarsGone, seatOf, seatOf, applyAvatar),
      change.moves,
    ),
    clews: patch(base.clews, change.clews, change.clewsGone, idOf, idOf, (_, { id, cell }) => ({ id, cell })),
  };
}

const seatOf = (avatar: { readonly seat: number }) => avatar.seat;
const idOf = (clew: Clew) => clew.id;

/** An avatar that nobody has seen yet. */
const unseen: Omit<Avatar, 'seat'> = {
  x: 0,
  y: 0,
  z: 0,
  heading: 0,
  lastInput: 0,
  points: 0,
  clews: 0,
  flags: 0,
  arrival: 0,
  displayName: '',
};

function avatarDelta(known: Avatar | undefined, after: Avatar): AvatarDelta {
  const before = known ?? unseen;
  const change: AvatarDelta = {
    seat: after.seat,
    x: after.x - before.x,
    y: after.y - before.y,
    z: after.z - before.z,
    heading: turnBetween(before.heading, after.heading),
    lastInput: after.lastInput - before.lastInput,
    points: after.points - before.points,
    clews: after.clews - before.clews,
  };
  if (after.flags !== before.flags) change.flags = after.flags;
  if (after.arrival !== before.arrival) change.arrival = after.arrival;
  if (after.displayName !== before.displayName) change.displayName = after.displayName;
  return change;
}

export function applyAvatar(known: Avatar | undefined, change: AvatarDelta): Avatar {
  const before = known ?? unseen;
  return {
    seat: change.seat,
    x: before.x + change.x,
    y: before.y + change.y,
    z: before.z + change.z,
    heading: (before.heading + change.heading) & (FULL_TURN - 1),
    lastInput: before.lastInput + change.lastInput,
    points: before.points + change.points,
    clews: before.clews + change.clews,
    flags: change.flags ?? before.flags,
    arrival: change.arrival ?? before.arrival,
    displayName: change.displayName ?? before.displayName,
  };
}

/** Walks two lists sorted by key side by side: what changed or is new, and which keys are gone. */
function merge<Item, Change>(
  base: readonly Item[],
  next: readonly Item[],
  keyOf: (item: Item) => number,
  changeOf: (before: Item | undefined, after: Item) => Change | undefined,
): { changed: Change[]; gone: number[] } {
  const changed: Change[] = [];
  const gone: number[] = [];
  if (base === next) return { changed, gone };
  let place = 0;
  for (const after of next) {
    const key = keyOf(after);
    while (place < base.length && keyOf(base[place]!) < key) gone.push(keyOf(base[place++]!));
    const before = place < base.length && keyOf(base[place]!) === key ? base[place++] : undefined;
    const change = changeOf(before, after);
    if (change !== undefined) changed.push(change);
  }
  while (place < base.length) gone.push(keyOf(base[place++]!));
  return { changed, gone };
}

/** The reverse of merge. Items that do not change stay the same objects, and so does a list in which none does. */
function patch<Item, Change>(
  base: readonly Item[],
  changes: readonly Change[],
  gone: readonly number[],
  keyOf: (item: Item) => number,
  keyOfChange: (change: Change) => number,
  changed: (before: Item | undefined, change: Change) => Item,
): readonly Item[] {
  if (changes.length === 0 && gone.length === 0) return base;
  const next: Item[] = [];
  let place = 0;
  let goner = 0;
  const keep = (item: Item) => {
    while (goner < gone.length && gone[goner]! < keyOf(item)) goner++;
    if (gone[goner] !== keyOf(item)) next.push(item);
  };
  for (const change of changes) {
    const key = keyOfChange(change);
    while (place < base.length && keyOf(base[place]!) < key) keep(base[place++]!);
    const before = place < base.length && keyOf(base[place]!) === key ? base[place++] : undefined;
    next.push(changed(before, change));
  }
  while (place < base.length) keep(base[place++]!);
  return next;
}

function sameLevel(a: Level, b: Level): boolean {
  if (a === b) return true;
  return a.number === b.number && a.levels === b.levels && a.phase === b.phase && a.phaseEndTick === b.phaseEndTick;
}

function sameLayout(a: Layout, b: Layout): boolean {
  if (a === b) return true;
  if (a.width !== b.width || a.height !== b.height || a.floors !== b.floors || a.exit !== b.exit) return false;
  return a.cells.length === b.cells.length && a.cells.every((bits, cell) => bits === b.cells[cell]);
}

/** A copy: what was received may be part of something larger, which the view must not hold on to. */
function ownLayout({ width, height, floors, cells, exit }: Layout): Layout {
  return { width, height, floors, cells: Uint8Array.from(cells), exit };
}
