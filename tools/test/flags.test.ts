import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlags, type TestFlags } from './flags.mjs';

function flagsOf(...args: string[]): TestFlags {
  const parsed = parseFlags(args);
  assert.ok(parsed.kind === 'flags');
  return parsed.flags;
}

test('without flags everything runs', () => {
  assert.deepEqual(flagsOf().stages, ['check', 'unit', 'redis', 'integration']);
});

test('--unit needs nothing but Node', () => {
  assert.deepEqual(flagsOf('--unit').stages, ['unit']);
});

test('--only picks stages, in their order', () => {
  assert.deepEqual(flagsOf('--only', 'integration,unit').stages, ['unit', 'integration']);
  assert.deepEqual(flagsOf('--only', 'tidy'), { stages: ['unit'], patterns: ['tools/tidy'], name: undefined });
});

test('whoever names files or tests gets those, and no check of everything', () => {
  assert.deepEqual(flagsOf('packages/maze'), {
    stages: ['unit', 'redis', 'integration'],
    patterns: ['packages/maze'],
    name: undefined,
  });
  assert.equal(flagsOf('--name', 'sweep').name, 'sweep');
});

test('faults are told in one line', () => {
  for (const args of [['--only', 'units'], ['--fast']]) {
    const parsed = parseFlags(args);
    assert.ok(parsed.kind === 'fault');
    assert.match(parsed.message, /^[^\n]*(units|--fast)[^\n]*--help[^\n]*$/);
  }
});
