import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Counters } from './counters.ts';

suite('counters', () => {
  test('begin at nothing and add up', () => {
    const counters = new Counters(['test.frames', 'test.bytes']);
    counters.add('test.frames');
    counters.add('test.frames');
    counters.add('test.bytes', 100);
    counters.of('test.bytes').add(200);
    assert.deepEqual(counters.report(), { 'test.frames': 2, 'test.bytes': 300 });
    assert.equal(counters.get('test.frames'), 2);
  });

  test('refuse a name that was not declared: the set cannot grow', () => {
    const counters = new Counters<string>(['test.frames']);
    for (const name of ['player-1', '__proto__', 'constructor', 'toString']) {
      assert.throws(() => counters.add(name), /was not declared/);
      assert.throws(() => counters.of(name), /was not declared/);
    }
    assert.deepEqual(Object.keys(counters.report()), ['test.frames']);
  });

  test('are told as they were at that time', () => {
    const counters = new Counters(['test.frames']);
    const before = counters.report();
    counters.add('test.frames');
    assert.deepEqual(before, { 'test.frames': 0 });
  });
});
