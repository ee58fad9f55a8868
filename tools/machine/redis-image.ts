/**
 * An image with a Redis for tests. Where no registry can be reached, it is made from the distribution's packages, once: the
 * engine keeps it, and a cached archive outlives the engine's store.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SetupFault } from '../setup.mjs';
import { run, tail } from './command.ts';
import { type Debian, debianAsRoot } from './debian.ts';
import { findProgram } from './programs.ts';

const PUBLIC_IMAGE = 'redis:7.2-alpine';
const PULL_MS = 180_000;

/** What an image with nothing but a Redis need not carry. */
const LEFT_OUT = [
  './var/cache/apt/*',
  './var/lib/apt/lists/*',
  './usr/share/doc/*',
  './usr/share/man/*',
  './usr/share/locale/*',
];

/** The name of an image that the engine has; `redis-server` is on its PATH, under /bin/sh. */
export async function redisImage(say: (line: string) => void): Promise<string> {
  const debian = debianAsRoot();
  const own = `clew/redis:${debian?.codename}`;
  for (const image of debian ? [own, PUBLIC_IMAGE] : [PUBLIC_IMAGE]) {
    if ((await run('docker', ['image', 'inspect', image])).code === 0) return image;
  }
  say(`pulling ${PUBLIC_IMAGE}`);
  if ((await run('docker', ['pull', '--quiet', PUBLIC_IMAGE], { timeoutMs: PULL_MS })).code === 0) return PUBLIC_IMAGE;
  if (!debian)
    throw new SetupFault(
      `${PUBLIC_IMAGE} cannot be pulled, and an image can be built only on Debian or Ubuntu as root`,
    );
  const archive = await buildArchive(debian, say);
  say(`importing ${own}`);
  await must('docker', ['import', archive, own]);
  return own;
}

/** A file system with nothing but the distribution's minimum and its redis-server, as a tar file. */
async function buildArchive({ codename, mirror }: Debian, say: (line: string) => void): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'clew');
  const archive = join(cache, `redis-${codename}.tar`);
  if (existsSync(archive)) return archive;
  say(`none can be pulled: building one from the packages of ${codename} (once, about a minute)`);
  const debootstrap = findProgram(['debootstrap']);
  if (!debootstrap) throw new SetupFault('debootstrap is missing; install it');
  const tree = join(cache, `redis-${codename}-${process.pid}`);
  mkdirSync(tree, { recursive: true });
  try {
    await must(debootstrap, ['--variant=minbase', '--include=redis-server', codename, tree, mirror]);
    await must('tar', ['-C', tree, ...LEFT_OUT.map((path) => `--exclude=${path}`), '-cf', `${archive}.part`, '.']);
    renameSync(`${archive}.part`, archive);
  } finally {
    await run('rm', ['-rf', '--one-file-system', tree]);
    rmSync(`${archive}.part`, { force: true });
  }
  return archive;
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const { code, output } = await run(command, args);
  if (code !== 0) throw new SetupFault(`${command} ${args[0]} failed:\n${tail(output)}`);
}
