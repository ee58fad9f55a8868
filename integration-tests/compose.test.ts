/** The image, and what compose.yaml makes of it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { ClewClient } from '@clew/client';
import { grpcTransport } from '@clew/client/node';
import { bot } from '@clew/maze';
import { parse } from 'yaml';
import { buildImage } from '../tools/image/build.ts';
import { run } from '../tools/machine/command.ts';
import { root } from '../tools/setup.mjs';
import { clewServices, readCompose, startCompose } from './compose.ts';
import { nodeImage } from './node-image.ts';
import { until } from './until.ts';

const TAG = `clew:test-${process.pid}`;
const deploy = join(root, 'deploy');

test('a match is played through containers on a network of their own, and one edge may go', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'clew-image-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const base = await nodeImage((line) => t.diagnostic(line));
  await buildImage({ tag: TAG, base, folder, signal: AbortSignal.timeout(280_000) });
  t.after(() => run('docker', ['image', 'rm', '--force', TAG]));
  const redis = process.env.CLEW_TEST_REDIS_IMAGE;
  assert.ok(redis, 'run it by npm test');
  await using compose = await startCompose({ clew: TAG, redis });

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

  const { exitCode, output } = await edge.exec([
    'node',
    '-e',
    "console.log(process.getuid()); require('fs').writeFileSync('/app/x', '')",
  ]);
  assert.match(output, /^65532/, 'no root');
  assert.notEqual(exitCode, 0, 'nothing to write to');
  const dev = await edge.exec(['ls', 'node_modules/typescript', 'node_modules/testcontainers']);
  assert.notEqual(dev.exitCode, 0, 'no dependencies of development');
});

suite('compose.yaml', () => {
  const compose = readCompose();

  test('every process of Clew has the name that Prometheus knows it by', () => {
    const targets = parse(readFileSync(join(deploy, 'prometheus/targets/clew.yml'), 'utf8')) as {
      targets: string[];
      labels: { service_name: string; service_instance_id: string };
    }[];
    assert.deepEqual(
      targets.flatMap(({ targets: [address] }) => address).sort(),
      clewServices(compose)
        .map((name) => `${name}:9464`)
        .sort(),
    );
    for (const {
      targets: [address],
      labels,
    } of targets) {
      const name = address!.split(':')[0]!;
      assert.equal(labels.service_instance_id, name);
      assert.equal(compose.services[name]?.environment?.CLEW_NAME, name);
      assert.match(compose.services[name]?.command.at(-1) ?? '', new RegExp(`^services/${labels.service_name}/`));
    }
  });

  test('what it mounts is there', () => {
    const text = readFileSync(join(deploy, 'compose.yaml'), 'utf8');
    const mounts = [...text.matchAll(/^\s+- (\.\/\S+?):/gm)].map(([, path]) => path!);
    assert.ok(mounts.length >= 4);
    assert.deepEqual(
      mounts.filter((path) => !existsSync(join(deploy, path))),
      [],
    );
  });

  test('every heap fits into its memory, with a third left for the rest', () => {
    for (const name of clewServices(compose)) {
      const { command, mem_limit: limit } = compose.services[name] as {
        command: readonly string[];
        mem_limit?: string;
      };
      const heapMb = Number(/=(\d+)$/.exec(command.find((arg) => arg.startsWith('--max-old-space-size')) ?? '')?.[1]);
      assert.ok(heapMb <= (Number(limit?.replace('m', '')) * 2) / 3, `${name}: ${heapMb} of ${limit}`);
    }
  });
});
