import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { apply, type Delta, delta } from './delta.ts';
import { FULL_TURN } from './units.ts';
import { emptyView, type View, view } from './view.ts';
import { createWorld } from './world.ts';

const rules = { seats: 5, baseSize: 4 };

test('a delta says only what changed', () => {
  const world = createWorld({ seed: 9, rules });
  const before = view(world);
  assert.deepEqual(delta(before, view(world)), {
    layout: undefined,
    level: undefined,
    avatars: [],
    avatarsGone: [],
    clews: [],
    clewsGone: [],
    moves: undefined,
  });
  world.avatars[2]!.heading = (world.avatars[2]!.heading + FULL_TURN - 5) & (FULL_TURN - 1);
  world.avatars[4]!.lastInput++;
  world.avatars[4]!.x -= 3;
  const moves = { seats: [2, 2], x: [0, -3], y: [], z: [], heading: [-5, 0], lastInput: [0, 1] };
  assert.deepEqual(delta(before, view(world)).moves, moves);
  world.avatars[4]!.points = 7;
  const change = delta(before, view(world));
  assert.deepEqual(change.moves?.seats, [2], 'who does more than move is told of by himself');
  const still = { y: 0, z: 0, heading: 0, clews: 0 };
  assert.deepEqual(change.avatars, [{ seat: 4, ...still, x: -3, lastInput: 1, points: 7 }]);
});

test('lists and items of a view that do not change stay the same objects', () => {
  const world = createWorld({ seed: 9, rules });
  const before = view(world);
  world.avatars[2]!.points++;
  const after = apply(before, delta(before, view(world)), 1);
  assert.equal(after.layout, before.layout);
  assert.equal(after.level, before.level);
  assert.equal(after.clews, before.clews);
  assert.equal(after.avatars[1], before.avatars[1]);
  assert.notEqual(after.avatars[2], before.avatars[2]);
});

test('moves of avatars that are not there say nothing', () => {
  const before = view(createWorld({ seed: 9, rules }));
  const nobody = { layout: undefined, level: undefined, avatars: [], avatarsGone: [], clews: [], clewsGone: [] };
  const moves = { seats: [3, 4, 90], x: [1, 2, 3], y: [], z: [], heading: [], lastInput: [] };
  const after = apply(before, { ...nobody, moves }, 1);
  assert.equal(after.avatars[3]!.x, before.avatars[3]!.x + 1);
  assert.deepEqual(after.avatars.toSpliced(3, 1), before.avatars.toSpliced(3, 1));
});

test('a layout that was received is copied out of the message that it came in', () => {
  const { layout } = createWorld({ seed: 9, rules });
  const message = new Uint8Array(5_000);
  message.set(layout.cells, 100);
  const received = { ...layout, cells: message.subarray(100, 100 + layout.cells.length) };
  const change: Delta = {
    layout: received,
    level: undefined,
    avatars: [],
    avatarsGone: [],
    clews: [],
    clewsGone: [],
    moves: undefined,
  };
  const known = apply(emptyView, change, 1);
  assert.deepEqual(known.layout, layout);
  assert.equal(known.layout.cells.buffer.byteLength, layout.cells.length);
});

test('avatars that leave a view are gone, those that come are whole', () => {
  const views = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 }).map((seats): View => {
    const [figure] = view(createWorld({ seed: 1, rules })).avatars;
    const sorted = [...new Set(seats)].sort((a, b) => a - b);
    return {
      ...emptyView,
      avatars: sorted.map((seat) => ({ ...figure!, seat, x: seat * 7 })),
      clews: sorted.map((id) => ({ id, cell: id * 3 + seats.length })),
    };
  });
  fc.assert(fc.property(views, views, (base, next) => assert.deepEqual(apply(base, delta(base, next), 0), next)));
});
