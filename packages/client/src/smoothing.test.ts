import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Smoothing } from './smoothing.ts';

test('a jump is hidden at first and fades', () => {
  const smoothing = new Smoothing();
  smoothing.absorb(100, -50, 0, 1_000);
  assert.deepEqual(smoothing.at(1_000), { x: -100, y: 50, z: 0 });
  const later = smoothing.at(1_080);
  assert.ok(later.x < -30 && later.x > -40);
  assert.deepEqual(smoothing.at(2_000), { x: 0, y: 0, z: 0 });
});

test('jumps add up to what is still hidden', () => {
  const smoothing = new Smoothing();
  smoothing.absorb(100, 0, 0, 1_000);
  smoothing.absorb(-100, 0, 0, 1_000);
  assert.equal(smoothing.at(1_000).x, 0);
});

test('who was put somewhere else is shown there at once', () => {
  const smoothing = new Smoothing();
  smoothing.absorb(10_000, 0, 0, 1_000);
  assert.equal(smoothing.at(1_000).x, 0);
});
