import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { node, root, toolEnvironment } from '../tools/setup.mjs';
import { DOORS, TestPlayer } from './player.ts';
import { longMatch } from './rules.ts';
import { stackForFile } from './stack.ts';
import { statusOf } from './traces.ts';
import { until } from './until.ts';

const stack = stackForFile({ env: { ...longMatch, CLEW_RENEW_MS: '60000', CLEW_SESSION_LEASE_MS: '120000' } });

/** `npm run sessions`, as an operator types it. */
async function sessions(...args: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  const addresses = stack()
    .of('session')
    .map(({ grpcAddress }) => grpcAddress);
  const env = { ...toolEnvironment(), CLEW_SESSION_ADDRESSES: addresses.join(',') };
  const command = [join(root, 'tools/sessions/main.ts'), ...args];
  return promisify(execFile)(node, command, { env }).then(
    ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
    (failed: { stdout: string; stderr: string; code: number }) => failed,
  );
}

for (const door of DOORS) {
  // Nobody renews for a minute: it is the watch that brings the news.
  test(`an operator kicks a player who plays over ${door}: the player is told why, and the seat is free`, async () => {
    using player = new TestPlayer(stack(), { door });
    await player.play();
    const { stdout } = await sessions('kick', player.id, '--reason', 'throws törches', '--json');
    assert.deepEqual(JSON.parse(stdout), { kicked: true });
    await player.is('ended');
    const { state } = player.client;
    assert.ok(state.kind === 'ended');
    assert.equal(state.reason, 'SESSION_KICKED');
    assert.match(state.error.message, /: throws törches$/);
    const [simulation] = stack().of('simulation');
    await until('the seat is free', async () => {
      const { collections } = await statusOf(simulation!);
      return collections.find(({ name }) => name === 'simulation.seats')?.size === 0;
    });
    const gone = await sessions('get', player.id);
    assert.deepEqual([gone.code, gone.stdout], [1, '']);
    assert.match(gone.stderr, /^npm run sessions: there is no live session of this player\n$/);
  });
}

test('an operator sees who is here, and who of them plays', async () => {
  using playing = new TestPlayer(stack());
  await playing.play('Ariadne');
  using left = new TestPlayer(stack());
  await left.signIn('Minos');
  left.vanish();
  const listed = async (...flags: string[]) => {
    const { stdout } = await sessions('list', '--json', ...flags);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  await until('the other is detached', async () => (await listed('--state', 'detached')).length === 1);
  const [attached, ...others] = await listed('--state', 'attached', '--edge', 'edge-1');
  assert.deepEqual(others, []);
  assert.equal(attached?.displayName, 'Ariadne');
  assert.equal(attached?.matchId, playing.client.match?.matchId);
  assert.equal((await listed()).length, 2);
  assert.deepEqual(await listed('--older', '1h'), []);
  await playing.client.leave();
});

test('an operator who asks nobody is told what to do', async () => {
  const { code, stderr } = await sessions('--session', '127.0.0.1:1', 'list');
  assert.equal(code, 1);
  assert.equal(stderr, 'npm run sessions: no session service answers at 127.0.0.1:1\n');
});
