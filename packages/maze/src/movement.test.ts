import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { CLIMB_DOWN, CLIMB_UP, type Hands, restingHands, SPRINT } from './input.ts';
import { cellAt, LADDER_DOWN, LADDER_UP, type Layout, WALL_EAST, WALL_NORTH, WALL_SOUTH, WALL_WEST } from './layout.ts';
import { type Body, CLIMB_SPEED, isOnLadder, look, move, SPRINT_SPEED, WALK_SPEED } from './movement.ts';
import { CELL, FULL_TURN, QUARTER_TURN, RADIUS } from './units.ts';
import { wallsOf } from './walls.ts';

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
