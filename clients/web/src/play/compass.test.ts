import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearingOf, onStrip, pointOf } from './compass.ts';

test('looking along +x is looking east, along -y north', () => {
  assert.equal(bearingOf(0), 90);
  assert.equal(bearingOf(16_384), 180);
  assert.equal(bearingOf(32_768), 270);
  assert.equal(bearingOf(49_152), 0);
  assert.equal(bearingOf(-16_384), 0);
});

test('bearings have names', () => {
  assert.equal(pointOf(0), 'north');
  assert.equal(pointOf(359), 'north');
  assert.equal(pointOf(46), 'north-east');
  assert.equal(pointOf(270), 'west');
});

test('marks lie left and right of where one looks, also across north', () => {
  assert.equal(onStrip(0, 0, 180), 0);
  assert.ok(Math.abs(onStrip(10, 350, 180) - 20 / 90) < 1e-9);
  assert.ok(Math.abs(onStrip(350, 10, 180) + 20 / 90) < 1e-9);
  assert.equal(Math.abs(onStrip(180, 0, 180)), 2);
});
