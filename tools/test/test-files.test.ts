import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseFiles, findTestFiles, stageOf } from './test-files.ts';

const files = [
  'packages/maze/src/step.test.ts',
  'services/session/src/lease-store.redis.test.ts',
  'integration-tests/play.test.ts',
];

test('the name or the folder of a file tells its stage', () => {
  assert.deepEqual(files.map(stageOf), ['unit', 'redis', 'integration']);
});

test('only stages and paths that were asked for are run', () => {
  assert.deepEqual(
    [...chooseFiles(files, ['unit', 'redis'], [])].flatMap(([, paths]) => paths),
    files.slice(0, 2),
  );
  assert.deepEqual([...chooseFiles(files, ['unit', 'redis'], ['lease-store'])], [['redis', [files[1]]]]);
  assert.deepEqual([...chooseFiles(files, ['unit'], ['lease-store'])], []);
});

test('finds the tests of the repository, this one among them, and none of packages', () => {
  const found = findTestFiles();
  assert.ok(found.includes('tools/test/test-files.test.ts'));
  assert.ok(!found.some((path) => path.includes('node_modules')));
});
