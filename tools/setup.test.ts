import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingPackages } from './setup.mjs';

const locked = {
  '': { version: '1.0.0' },
  'packages/maze': { version: '1.0.0' },
  'node_modules/pino': { version: '10.0.0', integrity: 'sha512-a' },
  'node_modules/binary-of-another-platform': { version: '1.0.0', optional: true },
  'clients/web/node_modules/pino': { version: '9.0.0' },
};
const installed = { 'node_modules/pino': { version: '10.0.0', integrity: 'sha512-a' } };
const everything = () => true;

test('nothing is missing when what the lock file wants is there, but for packages of other platforms', () => {
  assert.deepEqual(missingPackages(locked, installed, everything), []);
});

test('another version, another content or nothing at all is missing', () => {
  for (const there of [
    { version: '9.9.9', integrity: 'sha512-a' },
    { version: '10.0.0', integrity: 'sha512-b' },
  ]) {
    assert.deepEqual(missingPackages(locked, { 'node_modules/pino': there }, everything), ['node_modules/pino']);
  }
  assert.deepEqual(missingPackages(locked, {}, everything), ['node_modules/pino']);
});

test('a package in the node_modules of a workspace is looked for there', () => {
  assert.deepEqual(
    missingPackages(locked, installed, () => false),
    ['clients/web/node_modules/pino'],
  );
});
