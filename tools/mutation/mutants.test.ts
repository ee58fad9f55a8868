import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repositoryOf } from '../tidy/repository.ts';
import { titleOf } from './mutant.ts';
import { findMutants, testsReaching } from './mutants.ts';

const repository = repositoryOf({
  'services/edge/src/scripts/law.lua': "local function drop(k) redis.call('DEL', k) end",
  'services/edge/src/scripts/end.lua': 'drop(KEYS[1])',
  'services/edge/src/store.ts': "export const script = (name) => new URL('scripts/' + name + '.lua', import.meta.url);",
  'services/edge/src/store.redis.test.ts': "import './store.ts';",
  'services/edge/src/door.ts': "import './socket.ts'; import './store.ts';",
  'services/edge/src/door.test.ts': "import './door.ts';",
  'services/edge/src/socket.ts': 'export const end = (socket) => socket.destroy();',
  'services/edge/src/socket.test.ts': "import './socket.ts';",
  'services/edge/src/testing/fake-peer.ts': 'peer.close();',
  'packages/maze/src/step.ts': 'queue.shift();',
});

test('cleanup of services and their scripts is found, but that of tests and of other packages is none', () => {
  assert.deepEqual(findMutants(repository).map(titleOf), [
    'services/edge/src/scripts/end.lua:1 drop(KEYS[1])',
    "services/edge/src/scripts/law.lua:1 redis.call('DEL', k)",
    'services/edge/src/socket.ts:1 socket.destroy()',
  ]);
  assert.equal(findMutants(repository, ['law', 'end.lua']).length, 2);
});

test('tests that reach a source come by their distance', () => {
  assert.deepEqual(testsReaching('services/edge/src/socket.ts', repository), [
    { file: 'services/edge/src/socket.test.ts', distance: 1 },
    { file: 'services/edge/src/door.test.ts', distance: 2 },
  ]);
});

test('tests reach a script through who loads it', () => {
  assert.deepEqual(
    testsReaching('services/edge/src/scripts/end.lua', repository).map(({ file }) => file),
    ['services/edge/src/store.redis.test.ts', 'services/edge/src/door.test.ts'],
  );
});
