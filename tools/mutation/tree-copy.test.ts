import assert from 'node:assert/strict';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../setup.mjs';
import { copyTree } from './tree-copy.ts';

const path = 'packages/service-kit/src/backoff.ts';

test('what is written into a copy is met through the name of its package, and the tree itself stays as it is', () => {
  const before = readFileSync(join(root, path), 'utf8');
  using copy = copyTree(root);
  copy.write(path, 'export const changed = true;');
  const named = join(copy.folder, 'node_modules/@clew/service-kit/src/backoff.ts');
  assert.equal(readFileSync(named, 'utf8'), 'export const changed = true;');
  assert.doesNotMatch(realpathSync(named), /node_modules/);
  assert.equal(readFileSync(join(root, path), 'utf8'), before);
});

test('a copy goes, and what was linked stays', () => {
  const copy = copyTree(root);
  assert.ok(existsSync(join(copy.folder, 'node_modules/typescript/package.json')));
  copy[Symbol.dispose]();
  assert.ok(!existsSync(copy.folder));
  assert.ok(existsSync(join(root, 'node_modules/typescript/package.json')));
});
