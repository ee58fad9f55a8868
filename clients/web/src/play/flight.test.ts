import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellAt, generateMaze } from '@clew/maze';
import { sightOf } from '../labyrinth/light-map.ts';
import { Flight, wayThrough } from './flight.ts';

test('the walk never goes through a wall and does not stay in one corner', () => {
  for (const seed of [1, 2, 3]) {
    const { layout, starts } = generateMaze(seed, 2);
    const sees = sightOf(layout);
    const way = wayThrough(layout, starts[0] as number, 200);
    assert.equal(way.length, 200);
    for (let i = 1; i < way.length; i++) {
      const [a, b] = [way[i - 1] as number, way[i] as number];
      const at = (cell: number): [number, number] => [
        (cell % layout.width) + 0.5,
        Math.floor(cell / layout.width) + 0.5,
      ];
      assert.ok(sees(0, ...at(a), ...at(b)), `seed ${seed}: a wall between ${a} and ${b}`);
    }
    assert.ok(new Set(way).size > 40, `seed ${seed}: only ${new Set(way).size} cells`);
  }
});

test('the eye moves smoothly and stays off the walls', () => {
  const { layout, starts } = generateMaze(4, 1);
  const flight = new Flight(layout, starts[0] as number);
  let before = flight.at(0);
  for (let frame = 1; frame < 3_000; frame++) {
    const now = flight.at(frame / 30);
    assert.ok(Math.hypot(now.x - before.x, now.z - before.z) < 0.03, `jumps at ${frame}`);
    assert.ok(cellAt(layout, now.x * 1_024, now.z * 1_024, 0) >= 0);
    before = now;
  }
});
