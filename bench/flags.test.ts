import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areas } from './areas.ts';
import { parseFlags } from './flags.ts';

test('an area is chosen by its name', () => {
  const parsed = parseFlags(['play', '--json'], areas);
  assert.equal(parsed.kind === 'run' && parsed.area.name, 'play');
  assert.equal(parsed.kind === 'run' && parsed.json, true);
});

test('faults are one line', () => {
  for (const args of [[], ['chess'], ['play', '--fast'], ['play', 'twice']]) {
    const parsed = parseFlags(args, areas);
    assert.equal(parsed.kind, 'fault');
    assert.doesNotMatch(parsed.kind === 'fault' ? parsed.message : '', /\n/);
  }
  const parsed = parseFlags(['chess'], areas);
  assert.match(parsed.kind === 'fault' ? parsed.message : '', /no area "chess"; there is .*play/);
});

test('a profile is made where an area can be profiled, and gives no figures', () => {
  const parsed = parseFlags(['simulation', '--profile'], areas);
  assert.equal(parsed.kind === 'run' && parsed.profile, true);
  for (const args of [
    ['play', '--profile'],
    ['simulation', '--profile', '--json'],
    ['simulation', '--profile', '--only', 'memory'],
  ]) {
    const refused = parseFlags(args, areas);
    assert.match(refused.kind === 'fault' ? refused.message : '', /--profile/);
  }
});

test('parts of an area can be measured one by one', () => {
  const parsed = parseFlags(['simulation', '--only', 'memory,labyrinth'], areas);
  assert.deepEqual(parsed.kind === 'run' && parsed.only, ['memory', 'labyrinth']);
  for (const args of [
    ['simulation', '--only', 'memories'],
    ['play', '--only', 'memory'],
  ]) {
    const refused = parseFlags(args, areas);
    assert.match(
      refused.kind === 'fault' ? refused.message : '',
      /has no part "memor(y|ies)"; it has (rooms, .*|none)$/,
    );
  }
});

test('help lists the areas', () => {
  const parsed = parseFlags(['--help'], areas);
  assert.match(parsed.kind === 'help' ? parsed.text : '', /play +\S/);
});
