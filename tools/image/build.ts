import { join } from 'node:path';
import { run, tail } from '../machine/command.ts';
import { root, SetupFault } from '../setup.mjs';
import { prepareContext } from './context.ts';

const BUILD_MS = 600_000;

export interface ImageOptions {
  readonly tag: string;
  /** Instead of the public base; with Node on PATH. */
  readonly base?: string | undefined;
  /** Where the context is prepared. */
  readonly folder?: string;
  readonly signal: AbortSignal;
}

/** Builds the image of all services. Rejects with a SetupFault when that fails. */
export async function buildImage({
  tag,
  base,
  folder = join(root, '.clew/image'),
  signal,
}: ImageOptions): Promise<void> {
  await prepareContext(folder);
  const args = ['build', '--tag', tag, ...(base === undefined ? [] : ['--build-arg', `BASE=${base}`]), folder];
  // The classic builder is everywhere; BuildKit is not.
  const env = { ...process.env, DOCKER_BUILDKIT: '0' };
  const { code, output } = await run('docker', args, { env, signal, timeoutMs: BUILD_MS });
  if (code !== 0) throw new SetupFault(`docker build failed:\n${tail(output, 15)}`);
}
