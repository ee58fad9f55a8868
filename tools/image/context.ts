/** What goes into the image: sources without tests, the generated protocol, the built page, production dependencies. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { root } from '../setup.mjs';

/** The workspaces that services are made of. */
const WORKSPACES = [
  ...['packages/maze', 'packages/protocol', 'packages/service-kit'],
  ...['services/edge', 'services/session', 'services/matchmaking', 'services/simulation'],
];
const PAGE = 'clients/web/dist';

/** Tests, fakes and what is installed here are not for production. */
const LEFT_OUT = /(^|\/)(node_modules|testing|fakes)(\/|$)|\.test\.ts$/;

/** Fills the folder anew. */
export async function prepareContext(folder: string): Promise<void> {
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
  await copyDependencies(folder);
  const { name, version, license, type } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await writeFile(
    join(folder, 'package.json'),
    `${JSON.stringify({ name, version, license, type, private: true }, null, 2)}\n`,
  );
}

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Copies what is installed here, as the lock file says, but only what services need: no registry is asked, and what was
 * tested is what goes in.
 */
async function copyDependencies(folder: string): Promise<void> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  for (const path of productionPackages(lock.packages, WORKSPACES)) {
    // What is optional may be missing here: it is for other platforms.
    if (existsSync(join(root, path)))
      await cp(join(root, path), join(folder, path), { recursive: true, filter: ownFiles(path) });
  }
  for (const workspace of WORKSPACES) {
    const { name } = JSON.parse(await readFile(join(root, workspace, 'package.json'), 'utf8'));
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(relative(dirname(link), join(folder, workspace)), link);
  }
}

/** Packages inside of packages are entries of their own. */
const ownFiles = (path: string) => (source: string) =>
  !source.slice(root.length + path.length + 1).includes('/node_modules');

/** Paths of all packages that these workspaces need, by the entries of a lock file. Pure. */
export function productionPackages(
  packages: Readonly<Record<string, LockedPackage>>,
  workspaces: readonly string[],
): string[] {
  const found = new Set<string>();
  const visit = (path: string) => {
    const { dependencies = {}, optionalDependencies = {} } = packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const target = resolveFrom(packages, path, name);
      if (target === undefined || found.has(target) || name.startsWith('@clew/')) continue;
      found.add(target);
      visit(target);
    }
  };
  for (const workspace of workspaces) visit(workspace);
  return [...found].sort();
}

/** As Node looks for a package: in the node_modules of each folder upwards. */
function resolveFrom(
  packages: Readonly<Record<string, LockedPackage>>,
  from: string,
  name: string,
): string | undefined {
  for (let at = from; ; at = at.includes('/') ? dirname(at) : '') {
    const candidate = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (candidate in packages) return candidate;
    if (at === '') return undefined;
  }
}
