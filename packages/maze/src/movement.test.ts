import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { CLIMB_DOWN, CLIMB_UP, type Hands, restingHands, SPRINT } from './input.ts';
import {
  cellAt,
  centreOf,
  LADDER_DOWN,
  LADDER_UP,
  type Layout,
  WALL_EAST,
  WALL_NORTH,
  WALL_SOUTH,
  WALL_WEST,
} from './layout.ts';
import { generateMaze } from './maze.ts';
import { type Body, CLIMB_SPEED, isOnLadder, look, move, SPRINT_SPEED, WALK_SPEED } from './movement.ts';
import { Purpose, type Random, randomOf } from './random.ts';
import { defaultRules } from './rules.ts';
import { type Point, slide } from './slide.ts';
import { CELL, FULL_TURN, HALF_CELL, QUARTER_TURN, RADIUS } from './units.ts';
import { wallsOf } from './walls.ts';
import { distancesTo, UNREACHABLE } from './way.ts';

const seeds = fc.maxSafeNat();
const EAST = 0;
const SOUTH = QUARTER_TURN;

function hands(change: Partial<Hands>): Hands {
  return { ...restingHands(0), ...change };
}

/** One floor, drawn: "+--+" for walls along x, "|" for those along y; 3 characters per column, 2 lines per row. */
function drawn(...lines: string[]): Layout {
  const width = (lines[0]!.length - 1) / 3;
  const height = (lines.length - 1) / 2;
  const cells = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let bits = 0;
      if (lines[row * 2]![column * 3 + 1] === '-') bits |= WALL_NORTH;
      if (lines[row * 2 + 1]![column * 3 + 3] === '|') bits |= WALL_EAST;
      if (lines[row * 2 + 2]![column * 3 + 1] === '-') bits |= WALL_SOUTH;
      if (lines[row * 2 + 1]![column * 3] === '|') bits |= WALL_WEST;
      cells[row * width + column] = bits;
    }
  }
  return { width, height, floors: 1, cells, exit: 0 };
}

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
      let held = hands({});
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
        let place: Point = { x: (cell % 6) * CELL + HALF_CELL, y: Math.floor(cell / 6) * CELL + HALF_CELL };
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

test('whatever hands claim, a body moves no farther than a sprint and stays a body', () => {
  const anything = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, 2 ** 40));
  const layout = drawn(
    '+--+--+--+',
    '|        |',
    '+  +  +  +',
    '|        |',
    '+  +  +  +',
    '|        |',
    '+--+--+--+',
  );
  fc.assert(
    fc.property(anything, anything, anything, anything, (forward, strafe, heading, buttons) => {
      const body = { x: 1_536, y: 1_536, z: 0, heading: 0 };
      const next = move(body, { forward, strafe, heading, buttons }, wallsOf(layout));
      assert.ok(Math.hypot(next.x - body.x, next.y - body.y) <= SPRINT_SPEED + 1);
      for (const value of Object.values(next)) assert.ok(Number.isInteger(value));
      assert.ok(next.heading >= 0 && next.heading < FULL_TURN);
    }),
  );
});

const hall = drawn('+--+--+--+--+', '|           |', '+  +  +  +  +', '|           |', '+--+--+--+--+');

test('walks forward, back and aside, relative to where it looks', () => {
  const walls = wallsOf(hall);
  const body = { x: 2_048, y: 1_024, z: 0, heading: 0 };
  const after = (change: Partial<Hands>) => {
    const { x, y } = move(body, hands(change), walls);
    return [x - body.x, y - body.y];
  };
  assert.deepEqual(after({ forward: 127, heading: EAST }), [WALK_SPEED, 0]);
  assert.deepEqual(after({ forward: -127, heading: EAST }), [-WALK_SPEED, 0]);
  assert.deepEqual(after({ strafe: 127, heading: EAST }), [0, WALK_SPEED]);
  assert.deepEqual(after({ forward: 127, heading: SOUTH }), [0, WALK_SPEED]);
  assert.deepEqual(after({ strafe: 127, heading: SOUTH }), [-WALK_SPEED, 0]);
  assert.deepEqual(after({ forward: 64, heading: EAST }), [57, 0]);
  assert.deepEqual(after({ heading: 12_345 }), [0, 0]);
});

test('slanting is not faster than going straight', () => {
  const body = { x: 2_048, y: 1_024, z: 0, heading: 0 };
  const next = move(body, hands({ forward: 127, strafe: 127 }), wallsOf(hall));
  assert.ok(Math.abs(Math.hypot(next.x - body.x, next.y - body.y) - WALK_SPEED) < 1);
});

test('sprints forward only', () => {
  const walls = wallsOf(hall);
  const body = { x: 2_048, y: 1_024, z: 0, heading: 0 };
  assert.equal(move(body, hands({ forward: 127, buttons: SPRINT }), walls).x - body.x, SPRINT_SPEED);
  assert.equal(move(body, hands({ forward: -127, buttons: SPRINT }), walls).x - body.x, -WALK_SPEED);
  assert.equal(move(body, hands({ strafe: 127, buttons: SPRINT }), walls).y - body.y, WALK_SPEED);
});

test('slides along a wall that it walks into', () => {
  let body: Body = { x: 512, y: 512, z: 0, heading: 0 };
  const slanting = hands({ forward: 127, heading: FULL_TURN - QUARTER_TURN / 2 });
  for (let tick = 0; tick < 20; tick++) body = move(body, slanting, wallsOf(hall));
  assert.equal(body.y, RADIUS);
  assert.ok(body.x > 512 + 19 * 75, `slid to ${body.x}`);
});

test('stops at a wall, exactly its radius away', () => {
  let body: Body = { x: 2_000, y: 512, z: 0, heading: 0 };
  for (let tick = 0; tick < 40; tick++) body = move(body, hands({ forward: 127, buttons: SPRINT }), wallsOf(hall));
  assert.deepEqual(body, { x: 4 * CELL - RADIUS, y: 512, z: 0, heading: 0 });
});

test('slips around the end of a wall that it only grazes', () => {
  const layout = drawn('+--+--+', '|     |', '+--+  +', '|     |', '+--+--+');
  // Along the lower edge of the upper row, then down past the wall's end.
  let body: Body = { x: 1_250, y: 700, z: 0, heading: 0 };
  for (let tick = 0; tick < 20; tick++) body = move(body, hands({ forward: 127, heading: SOUTH }), wallsOf(layout));
  assert.ok(body.y > 1_500, `came to ${JSON.stringify(body)}`);
});

test('does not walk where walls are not known', () => {
  const known = wallsOf({ width: 1, height: 1, floors: 1, cells: Uint8Array.of(0), exit: 0 });
  let body: Body = { x: 512, y: 512, z: 0, heading: 0 };
  for (let tick = 0; tick < 40; tick++) body = move(body, hands({ forward: 127 }), known);
  assert.equal(cellAt({ width: 2, height: 1, floors: 1 }, body.x, body.y, 0), 0);
});

test('look turns and does not move', () => {
  const body = { x: 512, y: 600, z: 0, heading: 3 };
  assert.deepEqual(look(body, hands({ forward: 127, heading: 99 })), { ...body, heading: 99 });
});

/** Two cells side by side, two floors; a ladder in the first column. Upstairs a wall parts them. */
const tower: Layout = {
  width: 2,
  height: 1,
  floors: 2,
  cells: Uint8Array.of(
    WALL_NORTH | WALL_SOUTH | WALL_WEST | LADDER_UP,
    WALL_NORTH | WALL_SOUTH | WALL_EAST,
    WALL_NORTH | WALL_SOUTH | WALL_WEST | WALL_EAST | LADDER_DOWN,
    WALL_NORTH | WALL_SOUTH | WALL_WEST | WALL_EAST,
  ),
  exit: 3,
};

function climbUntilStill(body: Body, held: Hands): Body {
  let before = body;
  for (;;) {
    const next = move(before, held, wallsOf(tower));
    if (next.z === before.z) return next;
    before = next;
  }
}

test('climbs a ladder up and down again, floor to floor', () => {
  const up = climbUntilStill({ x: 512, y: 512, z: 0, heading: 7 }, hands({ buttons: CLIMB_UP, heading: 7 }));
  assert.deepEqual(up, { x: 512, y: 512, z: CELL, heading: 7 });
  const down = climbUntilStill(up, hands({ buttons: CLIMB_DOWN }));
  assert.deepEqual(down, { x: 512, y: 512, z: 0, heading: 0 });
});

test('climbs at one and a half cells a second', () => {
  const next = move({ x: 512, y: 512, z: 0, heading: 0 }, hands({ buttons: CLIMB_UP | SPRINT }), wallsOf(tower));
  assert.equal(next.z, CLIMB_SPEED);
});

test('is drawn to the middle of a ladder, away from walls that only the other floor has', () => {
  const edge = { x: CELL - 1, y: 512, z: 0, heading: 0 };
  assert.deepEqual(climbUntilStill(edge, hands({ buttons: CLIMB_UP })), { x: 512, y: 512, z: CELL, heading: 0 });
});

test('climbs only where a ladder is, and not through both buttons at once', () => {
  const beside = { x: 1_536, y: 512, z: 0, heading: 0 };
  assert.deepEqual(move(beside, hands({ buttons: CLIMB_UP }), wallsOf(tower)), beside);
  const below = { x: 512, y: 512, z: 0, heading: 0 };
  assert.deepEqual(move(below, hands({ buttons: CLIMB_DOWN }), wallsOf(tower)), below);
  assert.deepEqual(move(below, hands({ buttons: CLIMB_UP | CLIMB_DOWN }), wallsOf(tower)), below);
});

test('between two floors it hangs, goes on by forward and back, and does not walk', () => {
  const hanging = { x: 512, y: 512, z: 400, heading: 0 };
  assert.ok(isOnLadder(hanging));
  assert.deepEqual(move(hanging, hands({}), wallsOf(tower)), hanging);
  assert.deepEqual(move(hanging, hands({ strafe: 127 }), wallsOf(tower)), hanging);
  assert.deepEqual(move(hanging, hands({ forward: 50 }), wallsOf(tower)), { ...hanging, z: 400 + CLIMB_SPEED });
  assert.deepEqual(move(hanging, hands({ forward: -127 }), wallsOf(tower)), { ...hanging, z: 400 - CLIMB_SPEED });
  assert.deepEqual(move(hanging, hands({ forward: 127, buttons: CLIMB_DOWN }), wallsOf(tower)).z, 400 - CLIMB_SPEED);
});
