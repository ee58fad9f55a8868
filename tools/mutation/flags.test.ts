import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlags } from './flags.ts';

test('parts of paths choose what is tried', () => {
  const parsed = parseFlags(['services/edge', 'redis.ts', '--code', 'clear', '--workers', '3', '--json']);
  assert.ok(parsed.kind === 'flags');
  assert.deepEqual(parsed.flags, {
    patterns: ['services/edge', 'redis.ts'],
    code: 'clear',
    unknown: false,
    workers: 3,
    list: false,
    keep: false,
    json: true,
  });
});

test('faults are one line', () => {
  for (const args of [['--workers', '0'], ['--workers', 'two'], ['--fast']]) {
    const parsed = parseFlags(args);
    assert.equal(parsed.kind, 'fault');
    assert.doesNotMatch(parsed.kind === 'fault' ? parsed.message : '', /\n/);
  }
});

test('help says what it does', () => {
  const parsed = parseFlags(['--help']);
  assert.match(parsed.kind === 'help' ? parsed.text : '', /takes out one at a time/);
});
