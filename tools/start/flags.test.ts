import assert from 'node:assert/strict';
import { test } from 'node:test';
import { helpText, parseFlags } from './flags.mjs';

function faultOf(args: string[], env = {}): string {
  const parsed = parseFlags(args, env);
  assert.equal(parsed.kind, 'fault');
  return parsed.kind === 'fault' ? parsed.message : '';
}

test('without flags everything has its default', () => {
  const flags = { bots: 0, simulations: 1, edges: 1, port: 8080, latency: 0, jitter: 0, stall: 0 };
  assert.deepEqual(parseFlags([], {}), { kind: 'flags', flags });
});

test('flags are read', () => {
  const args = ['--bots', '7', '--port=9000', '--edges', '2', '--simulations', '3'];
  const line = ['--latency', '150', '--jitter', '50', '--stall', '400'];
  const flags = { bots: 7, simulations: 3, edges: 2, port: 9000, latency: 150, jitter: 50, stall: 400 };
  assert.deepEqual(parseFlags([...args, ...line], {}), { kind: 'flags', flags });
});

test('help is asked for', () => {
  assert.deepEqual(parseFlags(['--help'], {}), { kind: 'help' });
  assert.match(helpText, /--bots N/);
});

test('each fault is one line that names the flag', () => {
  assert.match(faultOf(['--bot', '7']), /^Unknown option '--bot' \(.*--help.*\)$/);
  assert.match(faultOf(['--port', 'http']), /^--port must be a whole number from 1024 to 65000, not "http"/);
  assert.match(faultOf(['--edges', '0']), /^--edges must be/);
  assert.match(faultOf(['--bots=']), /^--bots must be/);
  assert.match(faultOf(['7']), /"7"/);
});

test('a flag that npm took for itself is told of', () => {
  assert.match(faultOf(['9000'], { npm_config_port: 'true' }), /npm start -- --port/);
});
