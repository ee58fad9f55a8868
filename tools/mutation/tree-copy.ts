/**
 * A copy of the tree in which mutants live: the work tree is never touched. Sources are copied, installed packages linked.
 * Our own packages are linked to the copy, or else a mutant in service-kit would not be met; and what is linked lies outside
 * of node_modules, or else Node would not strip its types.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const SCOPE = '@clew';
/** Generated, or installed: linked. */
const LINKED = ['node_modules', 'gen', 'dist'];
const COPIED = ['packages', 'services', 'clients'];

export interface TreeCopy extends Disposable {
  readonly folder: string;
  /** Puts another text into a file of the copy. */
  write(path: string, text: string): void;
}

export function copyTree(root: string): TreeCopy {
  const folder = mkdtempSync(join(tmpdir(), 'clew-mutants-'));
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  for (const top of COPIED) {
    for (const name of readdirSync(join(root, top))) copyWorkspace(root, folder, join(top, name));
  }
  linkPackages(root, folder);
  return {
    folder,
    write: (path, text) => writeFileSync(join(folder, path), text),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function copyWorkspace(root: string, folder: string, workspace: string): void {
  const from = join(root, workspace);
  cpSync(from, join(folder, workspace), {
    recursive: true,
    filter: (path) => !LINKED.some((name) => path === join(from, name)),
  });
  for (const name of LINKED) {
    if (existsSync(join(from, name))) symlinkSync(join(from, name), join(folder, workspace, name));
  }
}

/** As npm links workspaces, but into the copy; everything else leads to what is installed. */
function linkPackages(root: string, folder: string): void {
  const installed = join(root, 'node_modules');
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, SCOPE), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== SCOPE) symlinkSync(join(installed, name), join(modules, name));
  }
  for (const [name, workspace] of workspacesOf(folder)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(folder, workspace), join(modules, name));
  }
}

/** Names and folders of our own packages. */
function workspacesOf(folder: string): [string, string][] {
  return COPIED.flatMap((top) =>
    readdirSync(join(folder, top)).map((name): [string, string] => {
      const workspace = join(top, name);
      return [JSON.parse(readFileSync(join(folder, workspace, 'package.json'), 'utf8')).name, workspace];
    }),
  );
}
