import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeingFunctions, luaCleanupIn } from './lua-cleanup.ts';
import { cutOut, mutantsOf } from './mutant.ts';

function mutations(text: string, prelude = ''): string[] {
  const cuts = luaCleanupIn(text, freeingFunctions([prelude, text]));
  return mutantsOf('example.lua', text, cuts).map((mutant) => cutOut(text, mutant));
}

test('commands that free or set a time to live are taken out', () => {
  assert.deepEqual(mutations("#!lua\nredis.call('PEXPIRE', KEYS[1], 5)\nredis.call('GET', KEYS[1])"), [
    "#!lua\ndo end\nredis.call('GET', KEYS[1])",
  ]);
  assert.deepEqual(mutations("return redis.call('DEL', KEYS[1])"), ['return 1']);
  assert.deepEqual(mutations("if x then redis.call('zremrangebyscore', k, 0, 1) end"), ['if x then do end end']);
});

test('times to live and trims among arguments are taken out', () => {
  assert.deepEqual(mutations("redis.call('SET', k, v, 'PX', ARGV[9])"), ["redis.call('SET', k, v)"]);
  assert.deepEqual(mutations("redis.call('XADD', k, 'MAXLEN', '~', n, '*', 'a', 1)"), [
    "redis.call('XADD', k, '*', 'a', 1)",
  ]);
  assert.deepEqual(mutations("redis.call('XADD', k, 'MAXLEN', n, '*', 'a', 1)"), [
    "redis.call('XADD', k, '*', 'a', 1)",
  ]);
});

test('calls of functions that free are taken out, those of a prelude and of each other too', () => {
  const prelude = `
    local function drop(id) redis.call('DEL', id) end
    local function lapse(id) drop(id) end
    local function name(id) return 'a' .. id end`;
  assert.deepEqual(mutations('lapse(name(1))', prelude), ['do end']);
  assert.deepEqual(mutations('redis.call("HSET", name(1))', prelude), []);
});
