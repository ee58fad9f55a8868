import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateMaze } from '@clew/maze';
import { fixturesOf } from './fixtures.ts';
import { masonryOf } from './masonry.ts';
import { STOREY } from './measures.ts';

test('a maze is built of finite faces that stay within it', () => {
  const { layout } = generateMaze(9, 4);
  const blocks = masonryOf(layout, fixturesOf(layout));
  assert.ok(blocks.length > 0);
  for (const { x, y, z, quads } of blocks) {
    const places = quads.geometry().getAttribute('position');
    for (let corner = 0; corner < places.count; corner++) {
      const [px, py, pz] = [places.getX(corner) + x, places.getY(corner) + y, places.getZ(corner) + z];
      assert.ok(px > -0.3 && px < layout.width + 0.3 && pz > -0.3 && pz < layout.height + 0.3, `at ${px}, ${pz}`);
      assert.ok(py > -0.2 && py < layout.floors * STOREY + 0.01, `at height ${py}`);
    }
  }
});

test('floors are laid with their faces up, ceilings with their faces down', () => {
  const { layout } = generateMaze(2, 1);
  const [block] = masonryOf(layout, fixturesOf(layout));
  const geometry = block!.quads.geometry();
  const places = geometry.getAttribute('position');
  const normals = geometry.getAttribute('normal');
  let floors = 0;
  for (let corner = 0; corner < places.count; corner++) {
    if (places.getY(corner) === 0 && Math.abs(normals.getY(corner)) > 0.9) {
      floors++;
      assert.ok(normals.getY(corner) > 0);
    }
  }
  assert.ok(floors >= 4);
});
