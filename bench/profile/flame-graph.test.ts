import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CpuProfile, flameOf, type Owner } from './cpu-profile.ts';
import { flameGraph } from './flame-graph.ts';

const node = (id: number, functionName: string, url: string, children: readonly number[] = [], lineNumber = 9) => ({
  id,
  callFrame: { functionName, url, lineNumber },
  children,
});

const profile: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 3, 4]),
    node(2, '(idle)', ''),
    node(3, 'tick', 'file:///clew/services/simulation/src/match.ts', [5, 6, 7]),
    node(4, '(garbage collector)', ''),
    // The same function, called from two lines: one to whoever looks at the tree.
    node(5, 'step', 'file:///clew/packages/maze/src/step.ts'),
    node(6, 'step', 'file:///clew/packages/maze/src/step.ts', [8]),
    node(7, 'write<T>', 'file:///clew/node_modules/@grpc/grpc-js/build/call.js'),
    node(8, '', 'node:net'),
  ],
  samples: [3, 5, 2, 6, 8, 7, 4, 2],
  timeDeltas: [50, 10, 20, 1_000, 30, 40, 50, 60],
};

test('calls are one tree: each has its own time until the next sample, and that of what it called; waiting is left out', () => {
  const all = flameOf(profile, '/clew');
  assert.equal(all.totalUs, 10 + 20 + 30 + 40 + 50 + 60);
  const tick = all.children.find(({ name }) => name === 'tick')!;
  assert.deepEqual([tick.selfUs, tick.totalUs], [10, 150]);
  const step = tick.children.find(({ name }) => name === 'step')!;
  assert.deepEqual([step.selfUs, step.totalUs, step.place], [50, 90, 'packages/maze/src/step.ts:10']);
  assert.equal(tick.children.length, 2);
  assert.ok(all.children.every(({ name }) => name !== '(idle)'));
});

test('it is told whose code a function is', () => {
  const owned = new Map<string, Owner>();
  const add = (flame: ReturnType<typeof flameOf>): void => {
    owned.set(flame.name, flame.owner);
    flame.children.forEach(add);
  };
  add(flameOf(profile, '/clew'));
  assert.deepEqual(Object.fromEntries(owned), {
    all: 'engine',
    tick: 'ours',
    step: 'rules',
    'write<T>': 'library',
    '(anonymous)': 'node',
    '(garbage collector)': 'engine',
  });
});

test('the picture has callers below those they call, as wide as their time, and nothing of it breaks its XML', () => {
  const svg = flameGraph('edge & simulation', flameOf(profile, '/clew'));
  const box = (name: string) => {
    const [, x, width, depth] = new RegExp(`data-x="(.*?)" data-w="(.*?)" data-d="(.*?)" data-n="${name}"`).exec(svg)!;
    return { x: Number(x), width: Number(width), depth: Number(depth) };
  };
  assert.deepEqual(box('all'), { x: 0, width: 1_200, depth: 0 });
  assert.deepEqual(box('tick'), { x: 0, width: 857.14, depth: 1 });
  const [step, write] = [box('step'), box('write&lt;T&gt;')];
  assert.ok(step.x === 0 && write.x >= step.x + step.width - 0.02, 'the longest first, none on another');
  assert.match(svg, /edge &amp; simulation/);
  assert.match(svg, /<title>step \(packages\/maze\/src\/step\.ts:10\): 42\.9 %, 0\.1 ms, itself 0\.1 ms<\/title>/);
});

test('what is too narrow to be seen is not drawn; a profile without samples is an empty picture', () => {
  const narrow = { ...profile, timeDeltas: [0, 1_000_000, 20, 1_000, 30, 40, 50, 60] };
  assert.doesNotMatch(flameGraph('', flameOf(narrow, '/clew')), /data-n="step"/);
  assert.match(flameGraph('', flameOf({ nodes: [] }, '/clew')), /data-n="all"/);
});
