import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { solid } from './carving.ts';
import { larger, smaller } from './integer.ts';
import {
  DIRECTIONS,
  type Direction,
  type Extent,
  LADDER_UP,
  type Layout,
  neighbourOffsets,
  OPPOSITE,
  passagesOf,
  placeOf,
  UP,
  WALL_EAST,
  WALL_SOUTH,
} from './layout.ts';
import { generateMaze } from './maze.ts';
import { Purpose, type Random, randomOf } from './random.ts';
import { divide } from './regions.ts';
import { defaultRules } from './rules.ts';
import { sightlinesFrom } from './sightlines.ts';
import { visibilityOf } from './visibility.ts';

/** A place in cells and fractions of them; z in floors. */
interface Eye {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Calls `see` for all pairs of cells that see each other on their floor. */
function eachSightline(layout: Layout, see: (cell: number, other: number) => void): void {
  const lookFrom = sightlinesFrom(layout, see);
  for (let cell = 0; cell < layout.cells.length; cell++) lookFrom(cell);
}

const SIZE = 4;
const mazeOf = (seed: number, side: number) =>
  generateMaze(seed, 1, { ...defaultRules, seats: 20 }, { width: side, height: side, floors: 3 }).layout;

const somewhere = (random: Random, from: number, to: number) => from + (random.below(100_000) / 100_000) * (to - from);

function cellOf(layout: Layout, { x, y, z }: Eye): number {
  return (Math.floor(z) * layout.height + Math.floor(y)) * layout.width + Math.floor(x);
}

/**
 * Whether two places on a floor see each other: looks where the line crosses the grid, one crossing after the other. Knows
 * nothing of how the maze computes it.
 */
function isClear(layout: Layout, floor: number, a: Eye, b: Eye): boolean {
  const wall = (column: number, row: number) => layout.cells[(floor * layout.height + row) * layout.width + column]!;
  for (let line = Math.ceil(smaller(a.x, b.x)); line <= Math.floor(larger(a.x, b.x)); line++) {
    const row = Math.floor(a.y + ((line - a.x) / (b.x - a.x)) * (b.y - a.y));
    if (wall(line - 1, row) & WALL_EAST) return false;
  }
  for (let line = Math.ceil(smaller(a.y, b.y)); line <= Math.floor(larger(a.y, b.y)); line++) {
    const column = Math.floor(a.x + ((line - a.y) / (b.y - a.y)) * (b.x - a.x));
    if (wall(column, line - 1) & WALL_SOUTH) return false;
  }
  return true;
}

function assertSeen(layout: Layout, a: Eye, b: Eye): void {
  const { regions, seenFrom } = visibilityOf(layout, SIZE);
  const from = regions.ofCell[cellOf(layout, a)]!;
  const to = regions.ofCell[cellOf(layout, b)]!;
  assert.ok(seenFrom(from).includes(to), `${JSON.stringify(a)} sees ${JSON.stringify(b)}`);
  assert.ok(seenFrom(to).includes(from), `${JSON.stringify(b)} sees ${JSON.stringify(a)}`);
}

test('nobody who has line of sight is ever hidden', () => {
  let seen = 0;
  fc.assert(
    fc.property(fc.maxSafeNat(), (seed) => {
      const random = randomOf(seed, 1, Purpose.PLACES);
      const layout = mazeOf(seed, 16);
      const pairs = new Set<string>();
      eachSightline(layout, (cell, other) => pairs.add(`${cell} ${other}`).add(`${other} ${cell}`));
      for (let look = 0; look < 4_000; look++) {
        const floor = random.below(3);
        const a = { x: somewhere(random, 0.001, 15.999), y: somewhere(random, 0.001, 15.999), z: floor };
        // Most of what is seen is near, or far along a corridor.
        const b = {
          x: smaller(15.999, larger(0.001, a.x + somewhere(random, -1, 1) * (look % 2 === 0 ? 1 : 9))),
          y: smaller(15.999, larger(0.001, a.y + somewhere(random, -1, 1) * (look % 3 === 0 ? 1 : 9))),
          z: floor,
        };
        if (!isClear(layout, floor, a, b)) continue;
        seen++;
        const [from, to] = [cellOf(layout, a), cellOf(layout, b)];
        assert.ok(from === to || pairs.has(`${from} ${to}`), `${JSON.stringify(a)} sees ${JSON.stringify(b)}`);
        assertSeen(layout, a, b);
      }
    }),
    { numRuns: 30 },
  );
  assert.ok(seen > 5_000, `${seen} lines of sight`);
});

test('nobody is hidden who is seen through the openings of ladders', () => {
  let seen = 0;
  fc.assert(
    fc.property(fc.maxSafeNat(), (seed) => {
      const random = randomOf(seed, 1, Purpose.PLACES);
      const layout = mazeOf(seed, 12);
      for (let foot = 0; foot < layout.cells.length; foot++) {
        if (!(layout.cells[foot]! & LADDER_UP)) continue;
        const { column, row, floor } = placeOf(layout, foot);
        for (let look = 0; look < 600; look++) {
          // A line through the opening, to both sides of it.
          const gap = { x: column + somewhere(random, 0, 1), y: row + somewhere(random, 0, 1), z: floor + 1 };
          const slope = { x: somewhere(random, -5, 5), y: somewhere(random, -5, 5) };
          const down = somewhere(random, 0.01, 0.99);
          const up = somewhere(random, 0.01, 1.99);
          const a = { x: gap.x - slope.x * down, y: gap.y - slope.y * down, z: gap.z - down };
          const b = { x: gap.x + slope.x * up, y: gap.y + slope.y * up, z: gap.z + up };
          const inside = ({ x, y, z }: Eye) => x > 0 && y > 0 && x < 12 && y < 12 && z < 3;
          if (!inside(a) || !inside(b) || !isClear(layout, floor, a, gap)) continue;
          const next = { x: gap.x + slope.x, y: gap.y + slope.y, z: gap.z + 1 };
          if (b.z < floor + 2) {
            if (!isClear(layout, floor + 1, gap, b)) continue;
          } else {
            const above = cellOf(layout, { ...next, z: floor + 1 });
            if (!(layout.cells[above]! & LADDER_UP)) continue;
            if (!isClear(layout, floor + 1, gap, next) || !isClear(layout, floor + 2, next, b)) continue;
          }
          seen++;
          assertSeen(layout, a, b);
        }
      }
    }),
    { numRuns: 30 },
  );
  assert.ok(seen > 1_000, `${seen} lines of sight`);
});

test('who is about to come into sight is known before: two steps away from any line of sight, at both ends', () => {
  const layout = mazeOf(7, 16);
  const { regions, seenFrom } = visibilityOf(layout, SIZE);
  const offsets = neighbourOffsets(layout);
  const around = (cell: number) =>
    DIRECTIONS.filter((direction) => passagesOf(layout.cells, cell) & (1 << direction)).map(
      (direction) => cell + offsets[direction]!,
    );
  const near = (cell: number) => [cell, ...around(cell), ...around(cell).flatMap(around)];
  let pairs = 0;
  eachSightline(layout, (cell, other) => {
    for (const from of near(cell)) {
      const seen = seenFrom(regions.ofCell[from]!);
      for (const to of near(other)) assert.ok(seen.includes(regions.ofCell[to]!));
    }
    pairs++;
  });
  assert.ok(pairs > 100);
});

/** A maze in which only these ways are open, each a step from one cell to the next. */
function mazeWith(extent: Extent, ways: readonly (readonly [cell: number, direction: Direction])[]): Layout {
  const cells = solid(extent);
  const offsets = neighbourOffsets(extent);
  for (const [cell, direction] of ways) {
    cells[cell]! ^= 1 << direction;
    cells[cell + offsets[direction]!]! ^= 1 << OPPOSITE[direction]!;
  }
  return { ...extent, cells, exit: 0 };
}

test('what is around the corner is hidden: along a corridor of four cells one sees a cell into the next one, not two', () => {
  const [EAST, SOUTH] = [1, 2] as const;
  const layout = mazeWith({ width: 4, height: 3, floors: 1 }, [
    [0, EAST],
    [1, EAST],
    [2, EAST],
    [3, SOUTH],
    [7, SOUTH],
  ]);
  const seen = new Set<number>();
  eachSightline(layout, (cell, other) => {
    if (cell === 0) seen.add(other);
    if (other === 0) seen.add(cell);
  });
  assert.deepEqual([...seen].sort(), [1, 2, 3, 7]);
});

test('three floors are seen through two ladders, one after the other', () => {
  const corridor = (floor: number) => Array.from({ length: 11 }, (_, x) => [floor * 12 + x, 1] as const);
  const layout = mazeWith({ width: 12, height: 1, floors: 3 }, [
    ...corridor(0),
    ...corridor(1),
    ...corridor(2),
    [5, UP],
    [12 + 6, UP],
  ]);
  const { regions, seenFrom } = visibilityOf(layout, 1);
  assert.ok(seenFrom(regions.ofCell[0]!).includes(regions.ofCell[24 + 11]!));
});

test('sight is mutual, ends somewhere, and each region sees itself', () => {
  const layout = mazeOf(3, 64);
  const { regions, seenFrom } = visibilityOf(layout, SIZE);
  let sum = 0;
  for (let region = 1; region <= regions.count; region++) {
    const seen = seenFrom(region);
    assert.ok(seen.includes(region));
    assert.deepEqual(
      seen,
      [...new Set(seen)].sort((a, b) => a - b),
    );
    for (const other of seen) assert.ok(seenFrom(other).includes(region));
    sum += seen.length;
  }
  assert.ok(sum / regions.count < 50, `${sum / regions.count} of ${regions.count} regions are seen on average`);
  assert.equal(visibilityOf(layout, SIZE), visibilityOf(layout, SIZE), 'computed once');
});

test('a region is connected and lies within a block; each cell has one', () => {
  const layout = mazeOf(5, 18);
  const { count, ofCell } = divide(layout, SIZE);
  const blocks = new Map<number, number>();
  const roots = Array.from(ofCell, (_, cell) => cell);
  const root = (cell: number): number => (roots[cell] === cell ? cell : root(roots[cell]!));
  for (const [cell, region] of ofCell.entries()) {
    const { column, row, floor } = placeOf(layout, cell);
    const block = (floor * 10 + Math.floor(row / SIZE)) * 10 + Math.floor(column / SIZE);
    assert.ok(region >= 1 && region <= count);
    assert.equal(blocks.get(region) ?? block, block);
    blocks.set(region, block);
    if (!(layout.cells[cell]! & WALL_EAST) && ofCell[cell + 1] === region) roots[root(cell + 1)] = root(cell);
    if (!(layout.cells[cell]! & WALL_SOUTH) && ofCell[cell + 18] === region) roots[root(cell + 18)] = root(cell);
  }
  assert.equal(new Set(ofCell.keys().map(root)).size, count, 'as many connected pieces as regions');
  assert.equal(blocks.size, count);
});
