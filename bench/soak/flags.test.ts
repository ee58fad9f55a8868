import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlags } from './flags.ts';

test('minutes and file are told, or have defaults', () => {
  assert.deepEqual(parseFlags([]), { kind: 'flags', flags: { minutes: 10, svg: 'soak.svg' } });
  assert.deepEqual(parseFlags(['--minutes', '0.5', '--svg', 'a.svg']), {
    kind: 'flags',
    flags: { minutes: 0.5, svg: 'a.svg' },
  });
});

test('faults are one line', () => {
  for (const args of [['--minutes', '0'], ['--minutes', 'long'], ['--hours', '1'], ['now']]) {
    const parsed = parseFlags(args);
    assert.equal(parsed.kind, 'fault');
    assert.doesNotMatch(parsed.kind === 'fault' ? parsed.message : '', /\n/);
  }
});

test('help says what it does', () => {
  const parsed = parseFlags(['--help']);
  assert.match(parsed.kind === 'help' ? parsed.text : '', /--minutes/);
});
