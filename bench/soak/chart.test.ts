import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chart } from './chart.ts';

const panel = (points: [number, number][]) => ({ title: 'Heap <MB>', curves: [{ name: 'edge-1', points }] });

test('a curve goes from left to right, and up with its value', () => {
  const svg = chart('Soak', [
    panel([
      [0, 0],
      [60, 50],
      [120, 100],
    ]),
  ]);
  const [, x0, y0, x1, y1, x2, y2] = /d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" fill="none"/
    .exec(svg)!
    .map(Number);
  assert.ok(x0! < x1! && x1! < x2!, 'time goes to the right');
  assert.ok(y0! > y1! && y1! > y2!, 'more is higher');
  assert.ok(Math.abs(y1! - (y0! + y2!) / 2) < 0.2, 'half is in the middle');
});

test('names are told, and cannot break the picture', () => {
  const svg = chart('a & b', [panel([[0, 1]])]);
  assert.match(svg, /Heap &lt;MB>/);
  assert.match(svg, /a &amp; b/);
  assert.match(svg, />edge-1</);
});

test('each panel has its own scale, and all have the same clock', () => {
  const svg = chart('Soak', [panel([[120, 3]]), panel([[60, 30_000]])]);
  assert.match(svg, />5</);
  assert.match(svg, />50k</);
  assert.equal(svg.match(/>2:00</g)?.length, 2);
});

test('nothing yet is drawn as nothing', () => {
  assert.match(chart('Soak', [panel([])]), /^<svg/);
});
