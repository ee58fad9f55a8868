import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EdgeList } from './edge-list.ts';

test('goes round through the listed edges and the given one', () => {
  const edges = new EdgeList('given');
  edges.learn(['a', 'b']);
  const seen = Array.from({ length: 4 }, () => {
    const { current } = edges;
    edges.next();
    return current;
  });
  assert.deepEqual(seen, ['given', 'a', 'b', 'given']);
});

test('what is listed later replaces the list, but not the current edge', () => {
  const edges = new EdgeList('given');
  edges.learn(['a', 'b']);
  edges.next();
  edges.learn(['c']);
  assert.equal(edges.current, 'a');
  edges.next();
  assert.equal(edges.current, 'c');
  edges.next();
  assert.equal(edges.current, 'given');
});

test('a list without end is cut', () => {
  const edges = new EdgeList('given');
  edges.learn(Array.from({ length: 1_000 }, (_, index) => `edge-${index}`));
  const seen = new Set<string>();
  for (let step = 0; step < 1_000; step += 1) {
    seen.add(edges.current);
    edges.next();
  }
  assert.equal(seen.size, 17);
});
