import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlags } from './flags.ts';

const env = { CLEW_SESSION_ADDRESSES: '127.0.0.1:7001,127.0.0.1:7002' };
const player = 'a'.repeat(32);

const act = (...args: string[]) => {
  const parsed = parseFlags(args, env);
  assert.equal(parsed.kind, 'act', JSON.stringify(parsed));
  return parsed.kind === 'act' ? parsed.act : undefined;
};

test('a listing knows state, edge and age', () => {
  const none = { state: undefined, edge: undefined, olderS: undefined, youngerS: undefined };
  assert.deepEqual(act('list'), { kind: 'list', ...none, limit: 100 });
  assert.deepEqual(act('list', '--state', 'attached', '--edge', 'edge-1', '--older', '10m', '--limit', '0'), {
    ...{ kind: 'list', state: 'attached', edge: 'edge-1', olderS: 600, youngerS: undefined, limit: 0 },
  });
});

test('a kick needs a player and a reason', () => {
  assert.deepEqual(act('kick', player, '--reason', 'throws torches'), {
    ...{ kind: 'kick', playerId: player, reason: 'throws torches' },
  });
  assert.equal(parseFlags(['kick', player], env).kind, 'fault');
  assert.equal(parseFlags(['kick', '--reason', 'x'], env).kind, 'fault');
});

test('the addresses are told or in the environment, and --json may come before', () => {
  const parsed = parseFlags(['--json', '--session', 'session.clew:9000', 'get', player], env);
  assert.ok(parsed.kind === 'act' && parsed.json);
  assert.deepEqual(parsed.addresses, ['session.clew:9000']);
  const fromEnvironment = parseFlags(['watch'], env);
  assert.deepEqual(fromEnvironment.kind === 'act' && fromEnvironment.addresses, ['127.0.0.1:7001', '127.0.0.1:7002']);
});

test('faults are one line', () => {
  const faults = [[], ['dance'], ['list', '--state', 'asleep'], ['list', '--older', 'long'], ['list', '--limit', '-1']];
  for (const args of [...faults, ['--session', 'http://x', 'list']]) {
    const parsed = parseFlags(args, env);
    assert.equal(parsed.kind, 'fault', args.join(' '));
    assert.doesNotMatch(parsed.kind === 'fault' ? parsed.message : '', /\n/);
  }
  const nowhere = parseFlags(['list'], {});
  assert.match(nowhere.kind === 'fault' ? nowhere.message : '', /--session host:port/);
});

test('help tells of all verbs, and each of its flags', () => {
  const all = parseFlags(['--help'], {});
  for (const verb of ['list', 'get', 'kick', 'watch']) assert.ok(all.kind === 'help' && all.text.includes(verb), verb);
  const list = parseFlags(['list', '--help'], {});
  assert.ok(list.kind === 'help' && list.text.includes('--older'));
});
