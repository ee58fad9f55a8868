import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLIMB_DOWN, CLIMB_UP, SPRINT } from '@clew/maze';
import { actionOf, handsOf, turnOf, wrapped } from './hands.ts';

test('keys mean the same wherever they are held, letters and arrows alike', () => {
  assert.equal(actionOf('KeyW'), actionOf('ArrowUp'));
  assert.equal(actionOf('KeyD'), 'right');
  assert.equal(actionOf('ArrowRight'), 'turnRight');
  assert.equal(actionOf('F5'), undefined);
  assert.equal(actionOf('constructor'), undefined);
});

test('opposite keys cancel each other', () => {
  const hands = handsOf(new Set(['forward', 'back', 'left']), 0);
  assert.deepEqual(hands, { forward: 0, strafe: -127, heading: 0, buttons: 0 });
});

test('a thumb and a key together push no harder than one of them fully', () => {
  assert.equal(handsOf(new Set(['forward']), 0, { forward: 0.8, right: 0 }).forward, 127);
  assert.equal(handsOf(new Set(), 0, { forward: 0.5, right: -0.25 }).forward, 64);
});

test('buttons are those of the rules', () => {
  assert.equal(handsOf(new Set(['sprint', 'climbUp', 'climbDown']), 0).buttons, SPRINT | CLIMB_UP | CLIMB_DOWN);
  assert.equal(handsOf(new Set(), 0, { forward: 1, right: 0 }).buttons, SPRINT);
});

test('a heading wraps around both ways and is whole', () => {
  assert.equal(wrapped(-1), 65_535);
  assert.equal(wrapped(65_536 * 3 + 5.4), 5);
  assert.equal(wrapped(65_535.7), 0);
});

test('the arrow keys turn, slowly at first', () => {
  assert.equal(turnOf(new Set(), 1), 0);
  const first = turnOf(new Set(['turnRight']), 0);
  const later = turnOf(new Set(['turnRight']), 1);
  assert.ok(first > 0 && later > first);
  assert.equal(turnOf(new Set(['turnLeft']), 1), -later);
});
