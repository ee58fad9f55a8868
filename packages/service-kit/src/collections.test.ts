import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { CollectionFull, Collections } from './collections.ts';

suite('a registered collection', () => {
  test('refuses what is beyond its bound and keeps what it has', () => {
    const collections = new Collections();
    const map = collections.map<string, number>('test.map', { bound: 2 });
    const set = collections.set<string>('test.set', { bound: 2 });
    for (const key of ['a', 'b']) {
      map.set(key, 1);
      set.add(key);
    }
    assert.throws(() => map.set('c', 1), { name: 'Error', collection: 'test.map' });
    assert.throws(() => set.add('c'), CollectionFull);
    assert.deepEqual([...map.keys()], ['a', 'b']);
    assert.deepEqual([...set], ['a', 'b']);
  });

  test('takes again what it has although it is full, and more when something went', () => {
    const map = new Collections().map<string, number>('test.map', { bound: 1 });
    map.set('a', 1);
    map.set('a', 2);
    assert.equal(map.get('a'), 2);
    map.delete('a');
    map.set('b', 3);
    assert.equal(map.size, 1);
  });

  test('is told of with size, bound and what should be gone', () => {
    const collections = new Collections();
    const map: Map<string, boolean> = collections.map('test.map', {
      bound: 5,
      orphans: () => [...map.values()].filter((open) => !open).length,
    });
    map.set('a', true).set('b', false);
    const queues = [[1, 2], [3]];
    collections.register('test.queues', { bound: 10 }, () => queues.flat().length);
    assert.deepEqual(collections.report(), [
      { name: 'test.map', size: 2, bound: 5, orphans: 1 },
      { name: 'test.queues', size: 3, bound: 10, orphans: 0 },
    ]);
  });

  test('has a name of its own', () => {
    const collections = new Collections();
    collections.set('test.twice', { bound: 1 });
    assert.throws(() => collections.map('test.twice', { bound: 1 }), /registered already/);
  });
});
