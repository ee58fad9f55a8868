import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paintSurface, plainTexture, SURFACES, Surface } from './stone-texture.ts';

const SIZE = 64;

function painted(layer: number): Uint8Array {
  const texture = plainTexture(SIZE);
  paintSurface(texture, layer);
  return texture.colour.subarray(layer * SIZE * SIZE * 4, (layer + 1) * SIZE * SIZE * 4);
}

/** Mean difference of green between the columns x and x + 1. */
function step(layer: Uint8Array, x: number): number {
  let sum = 0;
  for (let y = 0; y < SIZE; y++) {
    const at = (column: number) => layer[(y * SIZE + (column % SIZE)) * 4 + 1]!;
    sum += Math.abs(at(x) - at(x + 1));
  }
  return sum / SIZE;
}

test('surfaces repeat without a seam', () => {
  for (const layer of [Surface.ASHLAR, Surface.FRIEZE, Surface.FLOOR]) {
    const bytes = painted(layer);
    const within = Array.from({ length: SIZE - 1 }, (_, x) => step(bytes, x));
    assert.ok(step(bytes, SIZE - 1) <= Math.max(...within), `layer ${layer} has a seam`);
  }
});

test('painting one surface leaves the others alone, and paints the same twice', () => {
  const texture = plainTexture(SIZE);
  paintSurface(texture, Surface.WOOD);
  const layer = SIZE * SIZE * 4;
  for (let other = 0; other < SURFACES; other++) {
    const part = texture.colour.subarray(other * layer, (other + 1) * layer);
    if (other === Surface.WOOD) assert.deepEqual(part, painted(Surface.WOOD));
    else assert.ok(part.every((byte) => byte === 110));
  }
});
