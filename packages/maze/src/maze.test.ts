import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { carveCorridors, openLoops, placeLadders, solid } from './carving.ts';
import {
  ALL_WALLS,
  type Extent,
  isDeadEnd,
  LADDER_DOWN,
  LADDER_UP,
  neighbourOffsets,
  OPPOSITE,
  passagesOf,
  placeOf,
} from './layout.ts';
import { extentOf, generateMaze, type Maze } from './maze.ts';
import { Purpose, randomOf } from './random.ts';
import { completeRules, defaultRules, labyrinthRules } from './rules.ts';
import { distancesTo, distancesToExit, UNREACHABLE } from './way.ts';

const seeds = fc.maxSafeNat();
const levels = fc.integer({ min: 1, max: 8 });
const extents = fc.record({
  width: fc.integer({ min: 3, max: 20 }),
  height: fc.integer({ min: 3, max: 20 }),
  floors: fc.integer({ min: 1, max: 3 }),
});

/** Checks a law for many mazes: of the levels of a match, and of any extent. */
function forMazes(law: (maze: Maze) => void): void {
  fc.assert(
    fc.property(seeds, levels, (seed, level) => law(generateMaze(seed, level))),
    { numRuns: 40 },
  );
  fc.assert(
    fc.property(seeds, extents, (seed, extent) => law(generateMaze(seed, 1, defaultRules, extent))),
    { numRuns: 60 },
  );
}

function ladderFeet(cells: Uint8Array): number {
  return cells.filter((bits) => bits & LADDER_UP).length;
}

/** Openings between neighbours on the same floor. */
function openings(cells: Uint8Array): number {
  let sides = 0;
  for (const cell of cells.keys()) for (let bit = 0; bit < 4; bit++) sides += (passagesOf(cells, cell) >> bit) & 1;
  return sides / 2;
}

test('every cell of a maze can be reached from every other', () => {
  forMazes(({ layout }) => {
    assert.ok(distancesToExit(layout).every((distance) => distance !== UNREACHABLE));
  });
});

test('walls and ladders are the same seen from both sides, and nothing leads out of the maze', () => {
  forMazes(({ layout }) => {
    const { cells, width, height } = layout;
    const offsets = neighbourOffsets(layout);
    for (const cell of cells.keys()) {
      const passages = passagesOf(cells, cell);
      const { column, row } = placeOf(layout, cell);
      if (row === 0) assert.equal(passages & 1, 0);
      if (column === width - 1) assert.equal(passages & 2, 0);
      if (row === height - 1) assert.equal(passages & 4, 0);
      if (column === 0) assert.equal(passages & 8, 0);
      for (let direction = 0; direction < 6; direction++) {
        if (!(passages & (1 << direction))) continue;
        const back = OPPOSITE[direction]!;
        assert.ok(passagesOf(cells, cell + offsets[direction]!) & (1 << back), `cell ${cell}, direction ${direction}`);
      }
    }
  });
});

test('a floor is a perfect maze before loops are opened', () => {
  fc.assert(
    fc.property(seeds, extents, (seed, extent) => {
      const cells = solid(extent);
      carveCorridors(cells, extent, randomOf(seed, 1, Purpose.CORRIDORS));
      const area = extent.width * extent.height;
      for (let floor = 0; floor < extent.floors; floor++) {
        const first = floor * area;
        const reached = distancesTo([first], cells, extent).filter((distance) => distance !== UNREACHABLE);
        assert.equal(reached.length, area);
      }
      // A tree has one edge less than nodes.
      assert.equal(openings(cells), extent.floors * (area - 1));
    }),
  );
});

test('then one wall in every 16 cells is opened into a loop', () => {
  fc.assert(
    fc.property(seeds, extents, (seed, extent) => {
      const cells = solid(extent);
      carveCorridors(cells, extent, randomOf(seed, 1, Purpose.CORRIDORS));
      placeLadders(cells, extent, randomOf(seed, 1, Purpose.LADDERS));
      const before = openings(cells);
      openLoops(cells, extent, randomOf(seed, 1, Purpose.LOOPS));
      assert.equal(openings(cells), before + Math.max(1, Math.floor(cells.length / 16)));
    }),
  );
});

test('ladders join each floor with the next, and no cell is both top and foot of one', () => {
  forMazes(({ layout }) => {
    const { cells, floors, width, height } = layout;
    assert.ok(ladderFeet(cells) >= floors - 1);
    if (floors === 2) assert.equal(ladderFeet(cells), Math.max(1, Math.floor((width * height) / 96)));
    for (const bits of cells) assert.notEqual(bits & (LADDER_UP | LADDER_DOWN), LADDER_UP | LADDER_DOWN);
  });
});

test('starts are about equally far from the exit, and as far as so many can be', () => {
  const law = ({ layout, starts }: Maze) => {
    const distances = distancesToExit(layout);
    const toExit = starts.map((start) => distances[start]!);
    const most = Math.max(...toExit);
    const ground = distances.slice(0, layout.width * layout.height);
    const farthest = ground.reduce((far, distance) => Math.max(far, distance), 0);
    const tolerance = Math.max(2, farthest / 10);
    assert.ok(most - Math.min(...toExit) <= tolerance, `${toExit} of ${farthest}`);
    const farther = [...ground].filter((distance, cell) => distance > most && layout.cells[cell]! <= ALL_WALLS);
    for (const far of farther) {
      const asFar = farther.filter((distance) => distance <= far && distance >= far - Math.floor(tolerance));
      assert.ok(asFar.length < starts.length, `starts at ${toExit}; ${asFar.length} cells at about ${far}`);
    }
    if (layout.width === layout.height) assert.ok(most * 2 >= farthest, `starts at ${toExit}, farthest is ${farthest}`);
  };
  forMazes(law);
  law(generateMaze(4, 1, defaultRules, { width: 6, height: 13, floors: 1 })); // only half as far there are eight
});

test('starts are on the ground floor, the exit on top, none of them on a ladder', () => {
  forMazes(({ layout, starts }) => {
    const area = layout.width * layout.height;
    assert.ok(starts.length >= 1 && starts.length <= defaultRules.seats);
    assert.equal(new Set([...starts, layout.exit]).size, starts.length + 1);
    assert.ok(starts.every((start) => start < area));
    assert.ok(layout.exit >= area * (layout.floors - 1));
    for (const cell of [...starts, layout.exit]) assert.ok(layout.cells[cell]! <= ALL_WALLS);
  });
});

test('each of 8 seats has a start of its own in the levels of a match', () => {
  for (let level = 1; level <= defaultRules.levels; level++) {
    fc.assert(
      fc.property(seeds, (seed) => assert.equal(generateMaze(seed, level).starts.length, defaultRules.seats)),
      { numRuns: 20 },
    );
  }
});

test('clews lie in dead ends, one in each at most, and not at the exit or a start', () => {
  forMazes(({ layout, starts, clews }) => {
    assert.deepEqual(
      clews.map((clew) => clew.id),
      clews.map((_, index) => index + 1),
    );
    assert.equal(new Set(clews.map((clew) => clew.cell)).size, clews.length);
    for (const { cell } of clews) {
      assert.ok(isDeadEnd(layout.cells, cell));
      assert.ok(cell !== layout.exit && !starts.includes(cell));
    }
  });
});

test('every level of a match has clews', () => {
  fc.assert(
    fc.property(seeds, levels, (seed, level) => assert.ok(generateMaze(seed, level).clews.length > 0)),
    { numRuns: 100 },
  );
});

test('level 1 is 10 by 10 on one floor, each level is larger, from level 3 on there is a second floor', () => {
  assert.deepEqual(extentOf(1), { width: 10, height: 10, floors: 1 });
  const size = ({ width, height, floors }: Extent) => width * height * floors;
  for (let level = 2; level <= 20; level++) {
    assert.ok(size(extentOf(level)) > size(extentOf(level - 1)));
    assert.equal(extentOf(level).floors, level < 3 ? 1 : 2);
  }
  assert.equal(extentOf(100).width, 64);
  assert.equal(extentOf(2, completeRules({ baseSize: 4 })).width, 6);
});

test('the same seed and level make the same maze, others make others', () => {
  fc.assert(
    fc.property(seeds, levels, (seed, level) => {
      const maze = generateMaze(seed, level);
      assert.deepEqual(generateMaze(seed, level), maze);
      const extent = extentOf(level);
      const another = seed === Number.MAX_SAFE_INTEGER ? seed - 1 : seed + 1;
      assert.notDeepEqual(generateMaze(another, level, defaultRules, extent).layout, maze.layout);
      assert.notDeepEqual(generateMaze(seed, level + 1, defaultRules, extent).layout, maze.layout);
      // All 53 bits of the seed count.
      const high = seed >= 2 ** 52 ? seed - 2 ** 52 : seed + 2 ** 52;
      assert.notDeepEqual(generateMaze(high, level, defaultRules, extent).layout, maze.layout);
    }),
    { numRuns: 30 },
  );
});

test('a maze of 64 by 64 cells on three floors obeys the same laws', () => {
  const extent = { width: 64, height: 64, floors: 3 };
  const { layout, starts, clews } = generateMaze(1, 1, defaultRules, extent);
  assert.ok(distancesToExit(layout).every((distance) => distance !== UNREACHABLE));
  assert.equal(starts.length, 8);
  assert.ok(clews.length > 100);
});

test('in a labyrinth players begin all over the maze, each at a cell of his own, and not near the exit', () => {
  const { layout, starts } = generateMaze(11, 1, labyrinthRules);
  const toExit = distancesToExit(layout);
  assert.deepEqual([layout.width, layout.height, layout.floors], [64, 64, 3]);
  assert.equal(new Set(starts).size, 1_000);
  const floors = starts.map((start) => placeOf(layout, start).floor);
  for (const floor of [0, 1, 2]) assert.ok(floors.filter((other) => other === floor).length > 200);
  const farthest = toExit.reduce((most, distance) => Math.max(most, distance));
  assert.ok(starts.every((start) => toExit[start]! * 4 >= farthest && layout.cells[start]! <= ALL_WALLS));
});

test('where seats begin anywhere, the first ones do so as well: they are the players’', () => {
  const rules = { ...labyrinthRules, seats: 200, baseSize: 32 };
  let beyond = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const { layout, starts } = generateMaze(seed, 1, rules);
    assert.equal(new Set(starts).size, rules.seats);
    beyond += starts.slice(0, 4).filter((cell) => cell > layout.cells.length / 2).length;
  }
  assert.ok(beyond > 20 && beyond < 60, `${beyond} of 80 begin in the upper half`);
});
