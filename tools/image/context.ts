/** What goes into the image: sources without tests, the generated protocol, the built page, production dependencies. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run, tail } from '../machine/command.ts';
import { root, SetupFault, toolEnvironment } from '../setup.mjs';

/** The workspaces that services are made of. */
const WORKSPACES = [
  ...['packages/maze', 'packages/protocol', 'packages/service-kit'],
  ...['services/edge', 'services/session', 'services/matchmaking', 'services/simulation'],
];
const PAGE = 'clients/web/dist';

/** Tests, fakes and what is installed here are not for production. */
const LEFT_OUT = /(^|\/)(node_modules|testing|fakes)(\/|$)|\.test\.ts$/;

/** Fills the folder anew. Rejects with a SetupFault when dependencies cannot be installed. */
export async function prepareContext(folder: string, signal: AbortSignal): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const path of [...WORKSPACES, PAGE]) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await cp(join(root, path), target, {
      recursive: true,
      filter: (source) => !LEFT_OUT.test(source.slice(root.length + path.length + 2)),
    });
  }
  await cp(join(root, 'deploy/Dockerfile'), join(folder, 'Dockerfile'));
  await installDependencies(folder, signal);
}

/** As the lock file says, but only what services need; scripts of packages do not run. */
async function installDependencies(folder: string, signal: AbortSignal): Promise<void> {
  // The page's own workspace is not in the image, so it is no workspace there.
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const workspaces = ['packages/*', 'services/*'];
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, workspaces, scripts: {} }, null, 2));
  for (const file of ['package-lock.json', '.npmrc']) await cp(join(root, file), join(folder, file));
  const flags = ['--omit=dev', '--ignore-scripts', '--prefer-offline', '--loglevel=error'];
  const { code, output } = await run('npm', ['install', ...flags], { cwd: folder, env: toolEnvironment(), signal });
  if (code !== 0) throw new SetupFault(`the image's dependencies cannot be installed:\n${tail(output)}`);
}
