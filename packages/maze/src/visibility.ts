import { DIRECTIONS, LADDER_UP, type Layout, neighbourOffsets, passagesOf } from './layout.ts';
import { divide, type Regions } from './regions.ts';
import { sightlinesFrom } from './sightlines.ts';

/**
 * Which regions of a maze can be seen from which: what a player is told of, and all that he is told of.
 *
 * V1 Conservative: whoever has line of sight to somebody is in a region that sees the other's. What is not seen from any
 *    point of a region, nor soon by somebody who leaves it, is hidden from all of it.
 * V2 A body reaches into the next cell, and he who looks is on his own screen some ticks ahead of the truth: so a cell
 *    stands for all cells within REACH steps of it, at both ends of a line.
 * V3 Floors are seen through ladders' openings: whoever sees the foot of one sees what its top sees, and so on upwards.
 * V4 It is mutual, and each region sees itself.
 */
export interface Visibility {
  readonly regions: Regions;
  /** The regions that can be seen from a region, ascending, with itself. The same list each time. */
  seenFrom(region: number): readonly number[];
}

/** Steps through open sides: more than a body's radius, and more than half a second of sprinting. */
const REACH = 2;

/** Derived from layouts, which never change; never part of a world. */
const known = new WeakMap<Layout, { readonly size: number; readonly visibility: Visibility }>();

/** The visibility of a maze that is divided by blocks of `size` cells along each side. */
export function visibilityOf(layout: Layout, size: number): Visibility {
  const before = known.get(layout);
  if (before?.size === size) return before.visibility;
  const looking = lookAround(layout, size);
  let look = looking.next();
  while (!look.done) look = looking.next();
  known.set(layout, { size, visibility: look.value });
  return look.value;
}

/**
 * The same a step at a time: about as many as twice the maze has cells, each of some microseconds. For those who must not
 * stand still for as long as all of a large maze takes.
 */
export function* lookAround(layout: Layout, size: number): Generator<undefined, Visibility, undefined> {
  const regions = divide(layout, size);
  yield;
  const sights = new Sights(regions.count);
  const near: number[][] = [];
  const regionsNear = regionsNearIn(layout, regions);
  for (let cell = 0; cell < layout.cells.length; cell++) {
    near.push(regionsNear(cell));
    yield;
  }
  const see = (cell: number, other: number) => {
    for (const from of near[cell]!) for (const to of near[other]!) sights.add(from, to);
  };
  const lookers = lookersOf(layout);
  const lookFrom = sightlinesFrom(layout, (cell, other) => {
    see(cell, other);
    lookers[cell]?.push(other);
    lookers[other]?.push(cell);
  });
  for (let cell = 0; cell < layout.cells.length; cell++) {
    see(cell, cell);
    lookFrom(cell);
    yield;
  }
  yield* seeThrough(lookers, layout, see);
  const lists = yield* sights.lists();
  return { regions, seenFrom: (region) => lists[region] ?? [] };
}

/** Pairs of regions, one bit each, whichever comes first (V4). */
class Sights {
  readonly #count: number;
  readonly #words: number;
  readonly #bits: Int32Array;

  constructor(count: number) {
    this.#count = count;
    this.#words = (count >> 5) + 1;
    this.#bits = new Int32Array((count + 1) * this.#words);
  }

  add(region: number, other: number): void {
    this.#bits[region * this.#words + (other >> 5)]! |= 1 << (other & 31);
  }

  /** By region, ascending; both of a pair see each other. */
  *lists(): Generator<undefined, number[][], undefined> {
    for (let region = 1; region <= this.#count; region++) {
      for (const other of this.#of(region)) this.add(other, region);
      yield;
    }
    const lists: number[][] = [[]];
    for (let region = 1; region <= this.#count; region++) {
      lists.push(this.#of(region));
      yield;
    }
    return lists;
  }

  #of(region: number): number[] {
    const others: number[] = [];
    for (let word = 0; word < this.#words; word++) {
      const bits = this.#bits[region * this.#words + word]!;
      for (let bit = 0; bits >>> bit !== 0 && bit < 32; bit++) if (bits & (1 << bit)) others.push(word * 32 + bit);
    }
    return others;
  }
}

/** For a cell the regions of all cells within REACH steps (V2). */
function regionsNearIn(layout: Layout, { ofCell }: Regions): (cell: number) => number[] {
  const { cells } = layout;
  const offsets = neighbourOffsets(layout);
  const walk = (cell: number, steps: number, near: number[]) => {
    const region = ofCell[cell]!;
    if (!near.includes(region)) near.push(region);
    if (steps === 0) return;
    const passages = passagesOf(cells, cell);
    for (const direction of DIRECTIONS) {
      if (passages & (1 << direction)) walk(cell + offsets[direction]!, steps - 1, near);
    }
  };
  return (cell) => {
    const near: number[] = [];
    walk(cell, REACH, near);
    return near;
  };
}

/** By cell, for the feet and tops of all ladders: the cells that see it; itself, so far. */
function lookersOf({ cells }: Layout): (number[] | undefined)[] {
  return Array.from(cells, (bits, cell) => (bits >= LADDER_UP ? [cell] : undefined));
}

/** V3, floor by floor upwards: who sees a ladder's foot from below, through lower ladders too, sees what its top sees. */
function* seeThrough(
  lookers: readonly (readonly number[] | undefined)[],
  { cells, width, height }: Layout,
  see: (cell: number, other: number) => void,
): Generator<undefined, void, undefined> {
  const area = width * height;
  const ladders: { readonly top: number; readonly fromBelow: readonly number[] }[] = [];
  for (let foot = 0; foot < cells.length; foot++) {
    if (!(cells[foot]! & LADDER_UP)) continue;
    const top = foot + area;
    const direct = lookers[foot]!;
    const lower = ladders.filter((ladder) => direct.includes(ladder.top));
    const fromBelow = [...direct, ...lower.flatMap((ladder) => ladder.fromBelow)];
    ladders.push({ top, fromBelow });
    for (const cell of fromBelow) for (const other of lookers[top]!) see(cell, other);
    yield;
  }
}
