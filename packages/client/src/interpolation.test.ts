import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyView, type View } from '@clew/maze';
import fc from 'fast-check';
import { headingBetween, Interpolation } from './interpolation.ts';

const avatar = (seat: number, x: number, heading = 0) => ({
  ...{ seat, x, y: 0, z: 0, heading, lastInput: 0, points: 0, clews: 0, flags: 0, arrival: 0, displayName: 'x' },
});
const at = (tick: number, x: number, layout = emptyView.layout): View => ({
  ...emptyView,
  tick,
  layout,
  avatars: [avatar(0, 0), avatar(1, x)],
});

test('others are shown between two frames, oneself is not', () => {
  const views = new Interpolation();
  views.push(at(10, 0));
  views.push(at(11, 100));
  const [other, ...more] = views.others(10.25, 0);
  assert.equal(other?.x, 25);
  assert.equal(other?.speed, 2_000);
  assert.deepEqual(more, []);
});

test('missing frames are bridged', () => {
  const views = new Interpolation();
  views.push(at(10, 0));
  views.push(at(14, 400));
  assert.equal(views.others(12, 0)[0]?.x, 200);
});

test('beyond the newest frame everybody stands where he was last seen', () => {
  const views = new Interpolation();
  assert.deepEqual(views.others(5, 0), []);
  views.push(at(10, 0));
  views.push(at(11, 100));
  assert.equal(views.others(50, 0)[0]?.x, 100);
});

test('who was put somewhere else does not fly there, nor into another maze', () => {
  const views = new Interpolation();
  views.push(at(10, 0));
  views.push(at(11, 5_000));
  assert.equal(views.others(10.5, 0)[0]?.x, 5_000);
  views.push(at(12, 5_100, { ...emptyView.layout }));
  assert.equal(views.others(11.5, 0)[0]?.x, 5_100);
});

test('a match that goes back in time is shown as it is', () => {
  const views = new Interpolation();
  views.push(at(100, 0));
  views.push(at(20, 7));
  assert.equal(views.others(20, 0)[0]?.x, 7);
});

test('turns go the shorter way round and stay in range', () => {
  assert.equal(headingBetween(65_000, 464, 0.5), 65_500);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 65_535 }),
      fc.integer({ min: 0, max: 65_535 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (from, to, fraction) => {
        const heading = headingBetween(from, to, fraction);
        assert.ok(heading >= 0 && heading < 65_536);
        const distance = (a: number, b: number) => Math.min((a - b + 65_536) % 65_536, (b - a + 65_536) % 65_536);
        assert.ok(distance(from, heading) <= distance(from, to) + 1e-6);
      },
    ),
  );
});
