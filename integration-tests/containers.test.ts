/** The image that deploy/Dockerfile makes, in containers as deploy/compose.yaml has them: one of each kind. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClewClient } from '@clew/client';
import { grpcTransport } from '@clew/client/node';
import { bot } from '@clew/maze';
import { buildImage } from '../tools/image/build.ts';
import { startCompose } from './compose.ts';
import { nodeImage } from './node-image.ts';
import { until } from './until.ts';

/** Kept: what did not change is not built again. */
const TAG = 'clew:test';
const NAMES = ['session-1', 'matchmaking-1', 'simulation-1', 'edge-1'];
const BUILD_MS = 240_000;

test('a match is played through containers on a network of their own', async (t) => {
  const redis = process.env.CLEW_TEST_REDIS_IMAGE;
  assert.ok(redis, 'run it by npm test');
  const folder = await mkdtemp(join(tmpdir(), 'clew-image-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const base = await nodeImage((line) => t.diagnostic(line));
  await buildImage({ tag: TAG, base, folder, signal: AbortSignal.timeout(BUILD_MS) });
  await using compose = await startCompose({ clew: TAG, redis, names: NAMES });

  const edge = compose.containers.get('edge-1')!;
  using client = new ClewClient({
    edge: `${edge.getHost()}:${edge.getMappedPort(8081)}`,
    transport: grpcTransport(),
    limits: { patienceMs: 60_000 },
  });
  client.on('tick', (match) => {
    if (match.predictedView) match.setHands(bot(match.predictedView, match.seat));
  });
  await client.signIn({ displayName: 'Theseus' });
  await client.findMatch();
  await until('the player sees the match go on', () => (client.match?.view?.tick ?? 0) > 40, 60_000);

  const page = await fetch(`http://${edge.getHost()}:${edge.getMappedPort(8080)}/`);
  assert.match(await page.text(), /<canvas|<script/, 'the edge serves the game');

  const user = await edge.exec(['node', '-p', 'process.getuid()']);
  assert.equal(user.output.trim(), '65532', 'no root');
  const write = await edge.exec(['node', '-e', "require('fs').writeFileSync('/app/x', '')"]);
  assert.notEqual(write.exitCode, 0, 'nothing to write to');
  const development = await edge.exec(['ls', 'node_modules/typescript', 'node_modules/testcontainers']);
  assert.notEqual(development.exitCode, 0, 'no dependencies of development');
  await client.leave();
});
