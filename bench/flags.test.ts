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

test('help lists the areas', () => {
  const parsed = parseFlags(['--help'], areas);
  assert.match(parsed.kind === 'help' ? parsed.text : '', /play +\S/);
});
