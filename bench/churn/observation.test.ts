import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leftBehind, lower, usual } from './observation.ts';

const seen = (counts: Record<string, number>, heap = 0) => ({
  counts,
  heapBytes: { 'edge-1': heap },
  rssBytes: { 'edge-1': heap },
});

test('of two looks the lower of each counts: what is not there in one of them does not stay', () => {
  const both = lower(seen({ timers: 5, sockets: 2, calls: 1 }, 100), seen({ timers: 3, sockets: 4 }, 90));
  assert.deepEqual(both.counts, { timers: 3, sockets: 2, calls: 0 });
  assert.equal(both.heapBytes['edge-1'], 90);
});

test('usual is what most looks saw, not the lowest and not the highest', () => {
  const looks = [seen({ timers: 12, calls: 1 }, 90), seen({ timers: 14 }, 80), seen({ timers: 78, calls: 1 }, 100)];
  const { counts, heapBytes } = usual(looks);
  assert.deepEqual(counts, { timers: 14, calls: 1 });
  assert.equal(heapBytes['edge-1'], 80);
});

test('left behind is what there is more of, also of a kind that was not there', () => {
  assert.deepEqual(leftBehind({ timers: 3, sockets: 3, keys: 1 }, { timers: 4, sockets: 2 }), [
    { name: 'sockets', before: 2, after: 3 },
    { name: 'keys', before: 0, after: 1 },
  ]);
});
