import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlags } from './flags.ts';

function flagsOf(args: string[], env = {}) {
  const parsed = parseFlags(args, env);
  assert.equal(parsed.kind, 'flags', JSON.stringify(parsed));
  return parsed.kind === 'flags' ? parsed.flags : undefined;
}

test('without flags it is the npm start of this machine that is looked at', () => {
  assert.deepEqual(flagsOf([]), {
    opsUrls: undefined,
    port: 8080,
    token: undefined,
    seconds: 3,
    heap: undefined,
    json: false,
  });
});

test('listeners are named by flag, or else by the environment; the token only there', () => {
  const env = { CLEW_OPS_ADDRESSES: 'edge-1:9464, [::1]:9465', CLEW_OPS_TOKEN: 'sixteen letters!' };
  assert.deepEqual(flagsOf([], env)?.opsUrls, ['http://edge-1:9464', 'http://[::1]:9465']);
  assert.equal(flagsOf([], env)?.token, 'sixteen letters!');
  assert.deepEqual(flagsOf(['--ops', 'http://127.0.0.1:1/'], env)?.opsUrls, ['http://127.0.0.1:1']);
});

test('help names each flag', () => {
  const parsed = parseFlags(['--help'], {});
  assert.ok(parsed.kind === 'help');
  for (const flag of ['--heap', '--ops', '--port', '--seconds', '--json', 'CLEW_OPS_TOKEN'])
    assert.ok(parsed.text.includes(flag));
});

test('faults are one line', () => {
  const faults = [['--ops', 'edge'], ['--ops', 'a:1,'], ['--port', 'x'], ['--seconds', '0'], ['--what'], ['edge-1']];
  for (const args of faults) {
    const parsed = parseFlags(args, {});
    assert.ok(parsed.kind === 'fault', args.join(' '));
    assert.doesNotMatch(parsed.message, /\n/);
  }
  const wrong = parseFlags([], { CLEW_OPS_ADDRESSES: 'edge' });
  assert.match(wrong.kind === 'fault' ? wrong.message : '', /^CLEW_OPS_ADDRESSES: .*host:port/);
});
