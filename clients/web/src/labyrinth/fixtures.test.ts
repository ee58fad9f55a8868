import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateMaze, LADDER_DOWN, LADDER_UP, type Layout } from '@clew/maze';
import { fixturesOf, SIDES } from './fixtures.ts';

const layouts: Layout[] = [1, 2, 3].flatMap((seed) => [1, 5].map((level) => generateMaze(seed, level).layout));

test('torches hang on walls of their cell, never at a ladder or in the exit', () => {
  for (const layout of layouts) {
    const { torches } = fixturesOf(layout);
    assert.ok(torches.length > 0);
    for (const torch of torches) {
      const cell = (torch.floor * layout.height + Math.floor(torch.z)) * layout.width + Math.floor(torch.x);
      const bits = layout.cells[cell]!;
      assert.ok(bits & torch.side.wall, `no wall behind the torch in cell ${cell}`);
      assert.ok(!(bits & (LADDER_UP | LADDER_DOWN)));
      assert.notEqual(cell, layout.exit);
    }
  }
});

test('every ladder is raised, and what can leans on a wall', () => {
  for (const layout of layouts) {
    const { ladders, gate } = fixturesOf(layout);
    assert.equal(ladders.length, layout.cells.filter((bits) => bits & LADDER_UP).length);
    for (const one of [...ladders, gate]) {
      const bits = layout.cells[one.cell]!;
      assert.equal(one.free, !SIDES.some((side) => bits & side.wall));
      assert.ok(one.free || bits & one.side.wall);
    }
  }
});

test('the ceiling fell in only on the top floor, and not over the exit', () => {
  for (const layout of layouts) {
    const { open } = fixturesOf(layout);
    const area = layout.width * layout.height;
    assert.ok(open.slice(0, open.length - area).every((isOpen) => isOpen === 0));
    assert.equal(open[layout.exit], 0);
  }
});

test('the same layout is furnished the same', () => {
  assert.deepEqual(fixturesOf(layouts[0]!), fixturesOf({ ...layouts[0]! }));
});
