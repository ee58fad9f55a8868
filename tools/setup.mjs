/**
 * From a clone to where TypeScript can run: install, generate, build the web client. Runs on Node 20, without
 * node_modules, so it is plain JavaScript and imports nothing but Node.
 *
 * Each step is skipped when what it would make is there already. What is installed is compared with the lock file; what is
 * generated or built carries a stamp, a hash of its sources, inside itself, so that it cannot be newer or older than it says.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');

/** The Node that everything but these few plain scripts runs on; a package like any other. */
export const node = join(bin, 'node');

/** What TypeScript and tools run with: the project's programs first on PATH, compiled code cached. */
export function toolEnvironment() {
  return {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    NODE_COMPILE_CACHE: join(root, '.clew', 'compile-cache'),
  };
}

/** A fault that a person can mend: told in its own words, without a stack. */
export class SetupFault extends Error {}

/**
 * @param {{ web?: boolean, say?: (line: string) => void }} [options] `web`: the web client is needed too.
 */
export async function setUp({ web = false, say = (line) => console.error(line) } = {}) {
  await install(say);
  await generate(say);
  if (web) await buildWeb(say);
}

/**
 * Runs a TypeScript program on the project's Node, in the foreground, and ends as it ends. Signals are passed on. When this
 * process disappears, the program sees its IPC channel close.
 * @param {string} program relative to the root
 * @param {string[]} args
 */
export function handOver(program, args) {
  const child = spawn(node, [join(root, program), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: toolEnvironment(),
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  whenNpmDies(() => child.disconnect());
  child.on('exit', (code) => process.exit(code ?? 1));
}

/**
 * Runs `main`; a fault becomes one line on stderr and exit code 1.
 * @param {string} name what the line begins with
 * @param {() => Promise<void>} main
 */
export function runScript(name, main) {
  main().catch((fault) => {
    console.error(fault instanceof SetupFault ? `${name}: ${fault.message}` : fault);
    process.exit(1);
  });
}

/** @param {(line: string) => void} say */
async function install(say) {
  if (isInstalled()) return;
  const paths = Object.entries(readLock('package-lock.json')).flatMap(([path, { optional }]) =>
    path.includes('node_modules/') && !optional ? path : [],
  );
  say('Installing packages (once, and when the lock file changed; about a minute) …');
  const progress = setInterval(() => {
    const there = paths.filter((path) => existsSync(join(root, path, 'package.json'))).length;
    say(`  ${there} of about ${paths.length} packages`);
  }, 5_000);
  const { code, output } = await capture('npm', [
    'ci',
    '--loglevel=error',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
  ]);
  clearInterval(progress);
  if (code !== 0) throw new SetupFault(`npm ci failed (is the package registry reachable?)\n${output}`);
  if (!existsSync(node)) {
    throw new SetupFault('npm installed no Node 26: it blocked an install script. Try: npm rebuild node @bufbuild/buf');
  }
}

function isInstalled() {
  if (!existsSync(node) || !existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const wanted = readLock('package-lock.json');
  return (
    missingPackages(wanted, readLock('node_modules/.package-lock.json'), (path) => existsSync(join(root, path)))
      .length === 0
  );
}

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 */

/**
 * Paths that the lock file wants otherwise than they are installed. Optional packages may be missing: those of other
 * platforms are.
 * @param {Record<string, LockedPackage>} wanted as in package-lock.json
 * @param {Record<string, LockedPackage>} installed as npm notes it in node_modules, for what lies there
 * @param {(path: string) => boolean} exists for what lies elsewhere: a workspace's own node_modules
 */
export function missingPackages(wanted, installed, exists) {
  return Object.keys(wanted).filter((path) => {
    const { version, integrity, optional = false } = wanted[path] ?? {};
    if (!path.includes('node_modules/')) return false;
    if (!path.startsWith('node_modules/')) return !optional && !exists(path);
    const there = installed[path];
    if (!there) return !optional;
    return there.version !== version || there.integrity !== integrity;
  });
}

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage>}
 */
function readLock(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
}

/**
 * The protocol in TypeScript, and as descriptors for gRPC reflection.
 * @param {(line: string) => void} say
 */
async function generate(say) {
  const target = join(root, 'packages/protocol/gen');
  const hash = hashOf(['proto', 'buf.yaml', 'buf.gen.yaml'], packageVersions(['ts-proto', '@bufbuild/buf']));
  if (stampOf(target) === hash) return;
  say('Generating the protocol …');
  // Made elsewhere and swapped in, so that running processes never see half of it.
  const making = join(root, '.clew', `generated-${process.pid}`);
  const made = join(making, 'packages/protocol/gen');
  for (const args of [
    ['generate', '--output', making],
    ['build', '--output', join(made, 'descriptors.binpb'), '--as-file-descriptor-set'],
  ]) {
    const { code, output } = await capture(join(bin, 'buf'), args);
    if (code !== 0) throw new SetupFault(`buf ${args[0]} failed\n${output}`);
  }
  writeFileSync(join(made, '.stamp'), hash);
  rmSync(target, { recursive: true, force: true });
  renameSync(made, target);
  rmSync(making, { recursive: true, force: true });
}

/** @param {(line: string) => void} say */
async function buildWeb(say) {
  const target = join(root, 'clients/web/dist');
  const sources = ['clients/web', 'packages/client', 'packages/maze', 'proto', 'buf.gen.yaml'];
  const hash = hashOf(sources, packageVersions(['vite', 'three', 'nice-grpc-web']));
  if (stampOf(target) === hash) return;
  say('Building the web client …');
  const { code, output } = await capture(node, [join(root, 'node_modules/vite/bin/vite.js'), 'build', 'clients/web']);
  if (code !== 0) throw new SetupFault(`the web client does not build\n${output}`);
  writeFileSync(join(target, '.stamp'), hash);
}

/** @param {string} folder */
function stampOf(folder) {
  const stamp = join(folder, '.stamp');
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
}

/** @param {string[]} names */
function packageVersions(names) {
  const lock = readLock('package-lock.json');
  return names.map((name) => `${name}@${lock[`node_modules/${name}`]?.version}`).join(' ');
}

/**
 * A hash over files and folders, by path and content; tests, and what is made from sources, do not count.
 * @param {string[]} paths
 * @param {string} also
 */
function hashOf(paths, also) {
  const hash = createHash('sha256').update(also);
  /** @param {string} path */
  const visit = (path) => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) {
        if (name !== 'node_modules' && name !== 'dist' && name !== 'gen') visit(join(path, name));
      }
    } else if (!path.endsWith('.test.ts')) {
      hash.update(`\n${relative(root, path)}\n`).update(readFileSync(path));
    }
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest('hex');
}

/**
 * Runs a program to its end; its output is kept for the case that it fails.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ code: number, output: string }>}
 */
function capture(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: toolEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: output.trim() }));
  });
}

/**
 * A killed npm does not tell us. Its scripts begin with `exec`, so that no shell stands between it and us: we are its child
 * until it dies, and then somebody else's.
 * @param {() => void} gone
 */
function whenNpmDies(gone) {
  if (!process.env.npm_lifecycle_event) return;
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    gone();
  }, 1_000);
  watch.unref();
}
