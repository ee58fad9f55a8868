/**
 * A base for Clew's image: the public one that deploy/Dockerfile names, or, where none can be pulled, one of the distribution's
 * packages with the Node of ours put in.
 */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, tail } from '../tools/machine/command.ts';
import { redisImage } from '../tools/machine/redis-image.ts';
import { node, root, SetupFault } from '../tools/setup.mjs';

const PULL_MS = 180_000;

/** The name of an image that the engine has, with Node on its PATH. */
export async function nodeImage(say: (line: string) => void): Promise<string> {
  const dockerfile = await readFile(join(root, 'deploy/Dockerfile'), 'utf8');
  const published = /^ARG BASE=(\S+)$/m.exec(dockerfile)?.[1] ?? '';
  const own = `clew/node:${process.versions.node}`;
  for (const image of [own, published]) {
    if ((await run('docker', ['image', 'inspect', image])).code === 0) return image;
  }
  say(`pulling ${published}`);
  if ((await run('docker', ['pull', '--quiet', published], { timeoutMs: PULL_MS })).code === 0) return published;
  say(`none can be pulled: building ${own}`);
  const folder = await mkdtemp(join(tmpdir(), 'clew-node-'));
  try {
    await copyFile(node, join(folder, 'node'));
    await writeFile(join(folder, 'Dockerfile'), `FROM ${await redisImage(say)}\nCOPY node /usr/local/bin/node\n`);
    const env = { ...process.env, DOCKER_BUILDKIT: '0' };
    const { code, output } = await run('docker', ['build', '--quiet', '--tag', own, folder], { env });
    if (code !== 0) throw new SetupFault(`docker build failed:\n${tail(output)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return own;
}
