import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FLAG_BOT, FLAG_LADDER, FLAG_OUT, LADDER_DOWN, LADDER_UP, Phase } from '@clew/maze';
import { clock, counted, endingText, hintFor, nameFault, ordinal, queueText, type Situation } from './telling.ts';

const corridor: Situation = {
  phase: Phase.CLIMBING,
  flags: 0,
  layout: { width: 1, height: 1, floors: 1, cells: new Uint8Array([0]), exit: 0 },
  x: 512,
  y: 512,
  z: 0,
  glows: false,
  seconds: 60,
};

test('the clock shows what is left, zero only when nothing is', () => {
  assert.equal(clock(undefined), '');
  assert.equal(clock(0), '0:00');
  assert.equal(clock(1), '0:01');
  assert.equal(clock(125_000), '2:05');
});

test('places have their endings', () => {
  assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal), [
    '1st',
    '2nd',
    '3rd',
    '4th',
    '11th',
    '12th',
    '13th',
    '21st',
    '112th',
  ]);
  assert.equal(counted(1, 'clew'), '1 clew');
  assert.equal(counted(0, 'clew'), '0 clews');
});

test('the queue tells the place once it is known', () => {
  assert.equal(queueText(0, 0), 'Looking for a match…');
  assert.equal(queueText(1, 1), 'You are next.');
  assert.equal(queueText(3, 9), 'You are number 3 of 9 who wait.');
});

test('a ladder tells which way it leads', () => {
  const on = (bits: number, flags = 0) =>
    hintFor({ ...corridor, flags, layout: { ...corridor.layout, cells: new Uint8Array([bits]) } });
  assert.match(on(LADDER_UP) ?? '', /Space climbs up/);
  assert.match(on(LADDER_DOWN) ?? '', /C climbs down/);
  assert.match(on(0, FLAG_LADDER) ?? '', /Space.*C /);
});

test('whoever knows the way is left alone', () => {
  assert.equal(hintFor(corridor), undefined);
  assert.equal(hintFor({ ...corridor, seconds: 1, flags: FLAG_OUT }), undefined);
  assert.match(hintFor({ ...corridor, seconds: 1 }) ?? '', /W A S D/);
  assert.match(hintFor({ ...corridor, flags: FLAG_BOT }) ?? '', /bot/);
});

test('endings are sentences', () => {
  assert.match(endingText('SESSION_REPLACED', ''), /another tab/);
  assert.equal(endingText('INTERNAL', 'the lamp went out'), 'The lamp went out.');
  assert.equal(endingText('INTERNAL', ''), 'Something went wrong.');
});

test('names are checked as the server checks them', () => {
  assert.equal(nameFault('Ariadne'), undefined);
  assert.equal(nameFault('Θησεύς'), undefined);
  assert.equal(nameFault('🐂'.repeat(24)), undefined);
  assert.match(nameFault('  ') ?? '', /call you/);
  assert.match(nameFault('x'.repeat(25)) ?? '', /24/);
  assert.match(nameFault('a\u0007b') ?? '', /control/);
});
