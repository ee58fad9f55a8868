import assert from 'node:assert/strict';
import test from 'node:test';
import { hashView } from './hash.ts';
import { type View, view } from './view.ts';
import { createWorld } from './world.ts';

test('a view changes its hash with whatever changes in it', () => {
  const world = createWorld({ seed: 2, rules: { baseSize: 4 } });
  const seen = view(world);
  const [avatar, ...others] = seen.avatars;
  const [clew] = seen.clews;
  const cells = Uint8Array.from(seen.layout.cells, (bits, cell) => (cell === 3 ? bits ^ 1 : bits));
  const changed: View[] = [
    { ...seen, tick: 1 },
    { ...seen, layout: { ...seen.layout, exit: seen.layout.exit + 1 } },
    { ...seen, layout: { ...seen.layout, cells } },
    { ...seen, clews: [] },
    { ...seen, clews: [{ ...clew!, cell: clew!.cell + 1 }] },
    { ...seen, avatars: others },
  ];
  for (const key of ['number', 'levels', 'phase', 'phaseEndTick'] as const) {
    changed.push({ ...seen, level: { ...seen.level, [key]: seen.level[key] + 1 } });
  }
  for (const [key, value] of Object.entries(avatar!)) {
    const other = typeof value === 'number' ? value + 1 : `${value}!`;
    changed.push({ ...seen, avatars: [{ ...avatar!, [key]: other }, ...others] });
  }
  const hashes = [seen, ...changed].map(hashView);
  assert.equal(new Set(hashes).size, hashes.length);
});
