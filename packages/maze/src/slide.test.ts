import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { CLIMB_DOWN, CLIMB_UP, type Hands, restingHands, SPRINT } from './input.ts';
import { cellAt, centreOf, type Layout, WALL_EAST, WALL_NORTH, WALL_SOUTH, WALL_WEST } from './layout.ts';
import { generateMaze } from './maze.ts';
import { type Body, isOnLadder, move, SPRINT_SPEED } from './movement.ts';
import { Purpose, type Random, randomOf } from './random.ts';
import { defaultRules } from './rules.ts';
import { type Point, slide } from './slide.ts';
import { CELL, FULL_TURN, RADIUS } from './units.ts';
import { wallsOf } from './walls.ts';
import { distancesTo, UNREACHABLE } from './way.ts';

const seeds = fc.maxSafeNat();

/** Walls thrown at random, closed around: many chambers, many wall ends. */
function scattered(random: Random, size: number): Layout {
  const cells = new Uint8Array(size * size);
  for (let row = 0; row <= size; row++) {
    for (let column = 0; column <= size; column++) {
      const here = row * size + column;
      if (column < size && (row === 0 || row === size || random.below(5) < 2)) {
        if (row < size) cells[here]! |= WALL_NORTH;
        if (row > 0) cells[here - size]! |= WALL_SOUTH;
      }
      if (row < size && (column === 0 || column === size || random.below(5) < 2)) {
        if (column < size) cells[here]! |= WALL_WEST;
        if (column > 0) cells[here - 1]! |= WALL_EAST;
      }
    }
  }
  return { width: size, height: size, floors: 1, cells, exit: 0 };
}

/** How near the nearest wall is, found the long way: every wall around, as a line from end to end. */
function distanceToWalls({ width, height, cells }: Layout, { x, y }: Point, floor: number): number {
  let least = Number.POSITIVE_INFINITY;
  const column = Math.floor(x / CELL);
  const row = Math.floor(y / CELL);
  for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r++) {
    for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c++) {
      const bits = cells[(floor * height + r) * width + c]!;
      const north = y - r * CELL;
      const west = x - c * CELL;
      const beside = Math.max(-west, 0, west - CELL) ** 2;
      const ahead = Math.max(-north, 0, north - CELL) ** 2;
      if (bits & WALL_NORTH) least = Math.min(least, beside + north ** 2);
      if (bits & WALL_SOUTH) least = Math.min(least, beside + (north - CELL) ** 2);
      if (bits & WALL_WEST) least = Math.min(least, ahead + west ** 2);
      if (bits & WALL_EAST) least = Math.min(least, ahead + (west - CELL) ** 2);
    }
  }
  return Math.sqrt(least);
}

/** Hands that mostly keep on doing what they did, as fast as they can: that is what gets into corners. */
function nextHands(random: Random, before: Hands): Hands {
  if (random.below(8) > 0) return before;
  return {
    forward: [127, 127, random.below(255) - 127, 0][random.below(4)]!,
    strafe: [0, 127, -127, random.below(255) - 127][random.below(4)]!,
    heading: random.below(3) === 0 ? random.below(8) * (FULL_TURN / 8) : random.below(FULL_TURN),
    buttons: [SPRINT, SPRINT, CLIMB_UP, CLIMB_DOWN, 0][random.below(5)]!,
  };
}

test('no wall is crossed in a million random steps through mazes with ladders', () => {
  let climbs = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      const random = randomOf(seed, 0, Purpose.PLACES);
      const { layout, starts } = generateMaze(seed, 1, defaultRules, { width: 6, height: 6, floors: 3 });
      const walls = wallsOf(layout);
      let body: Body = { ...centreOf(layout, starts[0]!), heading: 0 };
      let held = restingHands(0);
      for (let tick = 0; tick < 50_000; tick++) {
        held = nextHands(random, held);
        const next = move(body, held, walls);
        if (isOnLadder(body) && !isOnLadder(next)) climbs++;
        const middle = { x: (body.x + next.x) / 2, y: (body.y + next.y) / 2 };
        // Half way, it is not nearer than a straight line between two free places can be.
        const clear = isOnLadder(body) || body.z !== next.z || distanceToWalls(layout, middle, body.z / CELL) > 200;
        const free = isOnLadder(next) || distanceToWalls(layout, next, next.z / CELL) >= RADIUS;
        const inReach = Math.max(Math.abs(next.x - body.x), Math.abs(next.y - body.y)) <= 2 * SPRINT_SPEED;
        // Spelled out only when it is needed: a million texts take their time.
        if (!clear || !free || !inReach) assert.fail(`tick ${tick}: ${JSON.stringify({ body, held, next })}`);
        body = next;
      }
    }),
    { numRuns: 20 },
  );
  assert.ok(climbs > 20, `${climbs} climbs`);
});

test('nobody leaves a closed chamber, at any speed', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const random = randomOf(seed, 0, Purpose.PLACES);
      const layout = scattered(random, 6);
      const walls = wallsOf(layout);
      for (let walk = 0; walk < 20; walk++) {
        const cell = random.below(36);
        const chamber = distancesTo([cell], layout.cells, layout);
        let place: Point = centreOf(layout, cell);
        const speed = [100, 300, 1_500, 20_000][walk % 4]!;
        for (let tick = 0; tick < 100; tick++) {
          const from = place;
          const dx = random.below(2 * speed) - speed;
          const dy = random.below(2 * speed) - speed;
          place = slide(from, 0, dx, dy, walls);
          const reached = cellAt(layout, place.x, place.y, 0);
          if (chamber[reached] === UNREACHABLE || distanceToWalls(layout, place, 0) < RADIUS) {
            assert.fail(JSON.stringify({ from, dx, dy, place }));
          }
        }
      }
    }),
    { numRuns: 30 },
  );
});
