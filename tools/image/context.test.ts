import assert from 'node:assert/strict';
import { test } from 'node:test';
import { productionPackages } from './context.ts';

test('what services need goes in, also what their packages need; the nearest version counts', () => {
  const packages = {
    '': {},
    'services/edge': { dependencies: { '@clew/maze': '0', ws: '8', pino: '9' } },
    'clients/web': { dependencies: { three: '1' } },
    'node_modules/typescript': {},
    'node_modules/three': {},
    'node_modules/ws': { optionalDependencies: { bufferutil: '4', 'not-locked': '1' } },
    'node_modules/bufferutil': {},
    'node_modules/pino': { dependencies: { ws: '7' } },
    'node_modules/pino/node_modules/ws': { dependencies: { ms: '2' } },
    'node_modules/ms': {},
  };
  assert.deepEqual(productionPackages(packages, ['services/edge']), [
    'node_modules/bufferutil',
    'node_modules/ms',
    'node_modules/pino',
    'node_modules/pino/node_modules/ws',
    'node_modules/ws',
  ]);
});
