import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_WALLS, type Layout, WALL_EAST, WALL_NORTH, WALL_SOUTH, WALL_WEST } from '@clew/maze';
import { type Fixtures, SIDES } from './fixtures.ts';
import { lightMapOf, SQUARES, sightOf } from './light-map.ts';

/** Three cells in a row; a wall between the second and the third. */
const row: Layout = {
  width: 3,
  height: 1,
  floors: 1,
  cells: Uint8Array.of(WALL_NORTH | WALL_SOUTH | WALL_WEST, WALL_NORTH | WALL_SOUTH | WALL_EAST, ALL_WALLS),
  exit: 0,
};

const oneTorch: Fixtures = {
  open: Uint8Array.of(0, 0, 0),
  torches: [{ floor: 0, x: 1.5, z: 0.2, side: SIDES[0]!, group: 0, strength: 1 }],
  ladders: [],
  gate: { cell: 0, floor: 0, column: 0, row: 0, side: SIDES[3]!, free: false, faced: true },
};

/** The brightest torchlight in a cell, 0 to 255. */
function brightest(layout: Layout, fixtures: Fixtures, column: number): number {
  const map = lightMapOf(layout, fixtures);
  let most = 0;
  for (let z = 0; z < SQUARES; z++) {
    for (let x = column * SQUARES; x < (column + 1) * SQUARES; x++) {
      most = Math.max(most, map.light[(z * map.width + x) * 4]!);
    }
  }
  return most;
}

test('light reaches open cells and stops at walls', () => {
  assert.ok(brightest(row, oneTorch, 1) > 150);
  assert.ok(brightest(row, oneTorch, 0) > 20);
  assert.equal(brightest(row, oneTorch, 2), 0);
});

test('the moon shines only where the ceiling is open', () => {
  const moon = (open: Uint8Array) => {
    const { shape } = lightMapOf(row, { ...oneTorch, open });
    return shape.filter((byte, index) => index % 4 === 3 && byte > 0).length;
  };
  assert.equal(moon(Uint8Array.of(0, 0, 0)), 0);
  assert.ok(moon(Uint8Array.of(0, 0, 1)) > 0);
});

test('places see each other along corridors, not through walls, and both ways alike', () => {
  const sees = sightOf(row);
  assert.ok(sees(0, 0.1, 0.5, 1.9, 0.4));
  assert.ok(!sees(0, 0.1, 0.5, 2.1, 0.5));
  assert.ok(!sees(0, 2.1, 0.5, 0.1, 0.5));
  assert.ok(sees(0, 0.3, 0.3, 0.3, 0.3));
});
