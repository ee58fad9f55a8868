import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

const LEASH = join(import.meta.dirname, 'leash.sh');

/** Runs a script on a leash; `said` resolves to the first thing that it prints. */
function leash(script: string) {
  const child = spawn(LEASH, [process.execPath, '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  return { child, said: once(child.stdout, 'data').then(String), ended: once(child, 'close') };
}

const POLITE = `process.on('SIGTERM', () => { console.log('bye'); process.exit(5); });
  console.log(process.pid); setInterval(() => {}, 1000);`;

test('ends its program when standard input closes', async () => {
  const { child, said, ended } = leash(POLITE);
  await said;
  const goodbye = once(child.stdout, 'data').then(String);
  child.stdin.end();
  assert.equal(await goodbye, 'bye\n');
  assert.deepEqual(await ended, [5, null]);
});

test('passes SIGTERM on and waits until the program is done', async () => {
  const { child, said, ended } = leash(POLITE);
  await said;
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [5, null]);
});

test('ends as its program ends', async () => {
  const { ended } = leash('process.exit(3)');
  assert.deepEqual(await ended, [3, null]);
});

test('tells that its program was killed', async () => {
  const { said, ended } = leash(POLITE);
  process.kill(Number(await said), 'SIGKILL');
  assert.deepEqual(await ended, [137, null]);
});
