import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { cosine, headingOf, SINE_ONE, sine, turnBetween } from './sine.ts';
import { FULL_TURN, QUARTER_TURN } from './units.ts';

const headings = fc.integer({ min: 0, max: FULL_TURN - 1 });

test('sine and cosine are those of mathematics, to the step of the table', () => {
  for (let heading = 0; heading < FULL_TURN; heading += 16) {
    const angle = (heading / FULL_TURN) * 2 * Math.PI;
    assert.ok(Math.abs(sine(heading) - Math.sin(angle) * SINE_ONE) <= 0.501, `sine of ${heading}`);
    assert.ok(Math.abs(cosine(heading) - Math.cos(angle) * SINE_ONE) <= 0.501, `cosine of ${heading}`);
  }
});

test('the quarters are exact: 0 looks along +x, a quarter along +y', () => {
  assert.deepEqual([cosine(0), sine(0)], [SINE_ONE, 0]);
  assert.deepEqual([cosine(QUARTER_TURN), sine(QUARTER_TURN)], [0, SINE_ONE]);
  assert.deepEqual([cosine(2 * QUARTER_TURN), sine(2 * QUARTER_TURN)], [-SINE_ONE, 0]);
  assert.deepEqual([cosine(3 * QUARTER_TURN), sine(3 * QUARTER_TURN)], [0, -SINE_ONE]);
});

test('headings wrap around', () => {
  fc.assert(
    fc.property(headings, fc.integer({ min: -5, max: 5 }), (heading, turns) =>
      assert.equal(sine(heading + turns * FULL_TURN), sine(heading)),
    ),
  );
});

test('the heading of a direction is right to a quarter of a degree', () => {
  const lengths = fc.integer({ min: -70_000, max: 70_000 });
  fc.assert(
    fc.property(lengths, lengths, (x, y) => {
      fc.pre(x !== 0 || y !== 0);
      const exact = (Math.atan2(y, x) / (2 * Math.PI)) * FULL_TURN;
      const heading = headingOf(x, y);
      assert.ok(heading >= 0 && heading < FULL_TURN);
      assert.ok(Math.abs(turnBetween(heading, Math.round(exact) & (FULL_TURN - 1))) <= 46);
    }),
  );
  assert.equal(headingOf(0, 0), 0);
});

test('a turn goes the shorter way round and arrives', () => {
  fc.assert(
    fc.property(headings, headings, (from, to) => {
      const turn = turnBetween(from, to);
      assert.ok(turn >= -FULL_TURN / 2 && turn < FULL_TURN / 2);
      assert.equal((from + turn) & (FULL_TURN - 1), to);
    }),
  );
});
