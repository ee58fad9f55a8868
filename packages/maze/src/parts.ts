import type { Avatar } from './avatar.ts';
import type { Clew } from './clew.ts';
import { apply, applyAvatar, type Content, type Delta } from './delta.ts';
import { cellAt } from './layout.ts';
import type { Regions } from './regions.ts';
import { eachRow, type Rows } from './rows.ts';
import { emptyView, type View } from './view.ts';

/** What of a view is in each region; regions that are not listed are empty. */
export interface Parts {
  readonly avatars: readonly (readonly Avatar[] | undefined)[];
  readonly clews: readonly (readonly Clew[] | undefined)[];
}

/** Parts a view. `before`: of an earlier view of the same maze; what did not change is taken from it. */
export function partsOf(view: View, regions: Regions, before?: { readonly view: View; readonly parts: Parts }): Parts {
  const { layout, clews } = view;
  const { ofCell, count } = regions;
  const sameClews = before !== undefined && before.view.clews === clews && before.view.layout === layout;
  return {
    avatars: sorted(view.avatars, count, ({ x, y, z }) => ofCell[cellAt(layout, x, y, z)]!),
    clews: sameClews ? before.parts.clews : sorted(clews, count, ({ cell }) => ofCell[cell]!),
  };
}

/** Into lists by region; each in the order that it came in. */
function sorted<Item>(items: readonly Item[], count: number, regionOf: (item: Item) => number): (Item[] | undefined)[] {
  const lists: (Item[] | undefined)[] = new Array(count + 1).fill(undefined);
  for (const item of items) {
    const region = regionOf(item);
    const list = lists[region];
    if (list === undefined) lists[region] = [item];
    else list.push(item);
  }
  return lists;
}

/** The change of one region, or of what the whole maze has in common: region 0. Its shape is the protocol's. */
export interface RegionDelta extends Delta {
  readonly region: number;
  /** It came into sight: its base is an empty region. */
  readonly keyframe: boolean;
}

/** What somebody knows of a maze of which he sees some regions: a view of those, and in which region each in it is. */
export interface Known {
  readonly view: View;
  /** Of each of the view's avatars, by their order. */
  readonly avatarRegions: readonly number[];
  /** Of each of the view's clews. */
  readonly clewRegions: readonly number[];
}

/** Nothing is known. */
export const nothingKnown: Known = Object.freeze({
  view: emptyView,
  avatarRegions: Object.freeze([]),
  clewRegions: Object.freeze([]),
});

/**
 * What is known at `tick`, after regions changed, came into sight or went out of it (`gone`), and avatars moved. What did
 * not change stays the same object. The order of regions and rows means nothing.
 */
export function applyRegions(
  known: Known,
  tick: number,
  deltas: readonly RegionDelta[],
  gone: readonly number[],
  rows: Rows,
): Known {
  const common = deltas.find(({ region }) => region === 0);
  const view = common === undefined ? { ...known.view, tick } : apply(known.view, common, tick);
  const changes = deltas.filter(({ region }) => region !== 0);
  if (changes.length + gone.length + rows.length === 0) return { ...known, view };
  const avatars = patched(
    { items: view.avatars, regions: known.avatarRegions },
    changes.map(({ region, keyframe, avatars: changed, avatarsGone: left }) => ({ region, keyframe, changed, left })),
    gone,
    ({ seat }) => seat,
    ({ seat }) => seat,
    applyAvatar,
  );
  const clews = patched<Clew, Clew>(
    { items: view.clews, regions: known.clewRegions },
    changes.map(({ region, keyframe, clews: changed, clewsGone: left }) => ({ region, keyframe, changed, left })),
    gone,
    ({ id }) => id,
    ({ id }) => id,
    (_, { id, cell }) => ({ id, cell }),
  );
  return {
    view: { ...view, avatars: moved(avatars.items, rows), clews: clews.items },
    avatarRegions: avatars.regions,
    clewRegions: clews.regions,
  };
}

/** What of it is in a region: to compare with what the region's hash is of. */
export function contentOf({ view, avatarRegions, clewRegions }: Known, region: number): Content {
  return {
    avatars: view.avatars.filter((_, at) => avatarRegions[at] === region),
    clews: view.clews.filter((_, at) => clewRegions[at] === region),
  };
}

interface Placed<Item> {
  readonly items: readonly Item[];
  readonly regions: readonly number[];
}

interface PartChange<Change> {
  readonly region: number;
  readonly keyframe: boolean;
  readonly changed: readonly Change[];
  readonly left: readonly number[];
}

/**
 * Who left one region for another is said to be gone from the one and new in the other: a departure only counts where one
 * is still known to be, and what is new in a region has no base, wherever it was before.
 */
function patched<Item, Change>(
  base: Placed<Item>,
  changes: readonly PartChange<Change>[],
  gone: readonly number[],
  keyOf: (item: Item) => number,
  keyOfChange: (change: Change) => number,
  make: (before: Item | undefined, change: Change) => Item,
): Placed<Item> {
  const busy = changes.filter(({ changed, left, keyframe }) => keyframe || changed.length + left.length > 0);
  if (busy.length === 0 && gone.length === 0) return base;
  const next: { key: number; item: Item; region: number }[] = [];
  const entered: number[] = [];
  for (const { region, keyframe, changed } of busy) {
    for (const change of changed) {
      const key = keyOfChange(change);
      const at = keyframe
        ? -1
        : base.items.findIndex((item, place) => keyOf(item) === key && base.regions[place] === region);
      next.push({ key, item: make(base.items[at], change), region });
      entered.push(key);
    }
  }
  for (const [at, item] of base.items.entries()) {
    const key = keyOf(item);
    const region = base.regions[at]!;
    if (entered.includes(key) || gone.includes(region)) continue;
    const change = busy.find((candidate) => candidate.region === region);
    if (change === undefined || !(change.keyframe || change.left.includes(key))) next.push({ key, item, region });
  }
  next.sort((a, b) => a.key - b.key);
  const items = next.map(({ item }) => item);
  const isSame = items.length === base.items.length && items.every((item, at) => item === base.items[at]);
  return { items: isSame ? base.items : items, regions: next.map(({ region }) => region) };
}

/** The avatars, those replaced that rows tell of. */
function moved(avatars: readonly Avatar[], rows: Rows): readonly Avatar[] {
  if (rows.length === 0) return avatars;
  const next = [...avatars];
  eachRow(
    rows,
    (seat) => next[placeOf(next, seat)],
    (after) => {
      next[placeOf(next, after.seat)] = after;
    },
  );
  return next;
}

/** Where a seat is in a list sorted by seat; -1 where it is not. */
function placeOf(avatars: readonly Avatar[], seat: number): number {
  let low = 0;
  let high = avatars.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = avatars[middle]!.seat;
    if (found === seat) return middle;
    if (found < seat) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
