import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heapTable, largestAllocations, type ProfileNode } from './heap.ts';

const node = (functionName: string, url: string, selfSize: number, ...children: ProfileNode[]): ProfileNode => ({
  callFrame: { functionName, url, lineNumber: 6 },
  selfSize,
  children,
});

const profile = node(
  '(root)',
  '',
  0,
  node(
    'tell',
    'file:///clew/services/edge/src/seat.ts',
    1e6,
    node('encode', 'file:///clew/node_modules/lib/index.js', 5e6),
    node('', 'node:net', 1e6),
  ),
  node('other', 'file:///clew/packages/x.ts', 0, node('encode', 'file:///clew/node_modules/lib/index.js', 3e6)),
);

test('functions are told by what they allocated, the largest first, with who of ours called them', () => {
  const [largest, ...rest] = largestAllocations(profile, '/clew');
  assert.deepEqual(largest, {
    ...{ bytes: 8e6, share: 0.8, place: 'encode node_modules/lib/index.js:7' },
    caller: 'tell services/edge/src/seat.ts:7',
  });
  assert.deepEqual(
    rest.map(({ place, bytes }) => [place, bytes]),
    [
      ['tell services/edge/src/seat.ts:7', 1e6],
      ['(anonymous) node:net:7', 1e6],
    ],
  );
});

test('the table tells megabytes and shares', () => {
  assert.match(heapTable(largestAllocations(profile, '/clew')), /8\.0 MB.*80 %.*encode.*tell services/);
});
