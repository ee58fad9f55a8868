import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlags } from './flags.ts';

test('without flags everything is played, with fifteen minutes of healthy load', () => {
  assert.deepEqual(parseFlags([]), {
    kind: 'flags',
    flags: {
      json: false,
      healthyMinutes: 15,
      report: '.clew/outage.html',
      scenes: ['old', 'clew', 'skipped-cleanup', 'hidden-closure', 'healthy'],
    },
  });
});

test('scenes are chosen by name, and played in their order', () => {
  const parsed = parseFlags(['--scenes', 'hidden-closure, old', '--healthy-minutes', '0.5', '--json']);
  assert.ok(parsed.kind === 'flags');
  assert.deepEqual(parsed.flags.scenes, ['old', 'hidden-closure']);
  assert.equal(parsed.flags.healthyMinutes, 0.5);
});

test('faults are one line, help is text', () => {
  for (const [args, message] of [
    [['--scenes', 'new'], /no scene "new"/],
    [['--healthy-minutes', 'many'], /number from 0/],
    [['--what'], /unknown option/],
  ] as const) {
    const parsed = parseFlags(args);
    assert.ok(parsed.kind === 'fault');
    assert.match(parsed.message, message);
  }
  assert.equal(parseFlags(['--help']).kind, 'help');
});
