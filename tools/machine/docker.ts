/**
 * A Docker engine for tests: the one that runs already, or one that we start and end. A machine without Docker gets it where
 * we may install it.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupFault } from '../setup.mjs';
import { isAlive } from './alive.ts';
import { run, tail } from './command.ts';
import { findProgram } from './programs.ts';

const LEASH = join(import.meta.dirname, '..', 'start', 'leash.sh');
const START_MS = 60_000;
const STOP_MS = 20_000;

/** Ways to start the engine, the usual one first; the second is for sandboxes without netfilter or overlay mounts. */
const ENGINE_FLAGS = [[], ['--iptables=false', '--ip6tables=false', '--storage-driver=vfs']];

type Say = (line: string) => void;

export async function engineAnswers(): Promise<boolean> {
  return (await run('docker', ['info'], { timeoutMs: 10_000 })).code === 0;
}

/** One file for each run of the tests that uses the engine: whoever started it ends it when nobody does any more. */
const USERS = join(tmpdir(), 'clew-docker-users');

/** Notes that this process uses the engine. */
export function useEngine(): Disposable {
  const own = join(USERS, String(process.pid));
  mkdirSync(USERS, { recursive: true });
  writeFileSync(own, '');
  return { [Symbol.dispose]: () => rmSync(own, { force: true }) };
}

function otherUsers(): number {
  if (!existsSync(USERS)) return 0;
  return readdirSync(USERS).filter((pid) => Number(pid) !== process.pid && isAlive(Number(pid))).length;
}

/** Starts dockerd, on a leash; disposing ends it, when no other run uses it. Its log goes to `logFile`. */
export async function startEngine(logFile: string, say: Say, signal: AbortSignal): Promise<AsyncDisposable> {
  const dockerd = findProgram(['dockerd']);
  if (!dockerd)
    throw new SetupFault('Docker is not running here and cannot be started by us: start it, or install docker.io');
  mkdirSync(dirname(logFile), { recursive: true });
  for (const flags of ENGINE_FLAGS) {
    const engine = await tryEngine([dockerd, ...flags], logFile, say, signal);
    if (engine) return engine;
  }
  throw new SetupFault(`dockerd does not start; the end of ${logFile}:\n${tail(readFileSync(logFile, 'utf8'))}`);
}

async function tryEngine(
  command: string[],
  logFile: string,
  say: Say,
  signal: AbortSignal,
): Promise<AsyncDisposable | undefined> {
  const log = openSync(logFile, 'w');
  const child = spawn(LEASH, command, { detached: true, stdio: ['pipe', log, log] });
  closeSync(log);
  const gone = once(child, 'exit');
  const giveUp = AbortSignal.any([signal, AbortSignal.timeout(START_MS)]);
  while (child.exitCode === null && !giveUp.aborted) {
    if (await engineAnswers()) return { [Symbol.asyncDispose]: () => endUnused(child, gone, say) };
    await delay(200);
  }
  await end(child, gone);
  signal.throwIfAborted();
  return undefined;
}

async function endUnused(child: ChildProcess, gone: Promise<unknown>, say: Say): Promise<void> {
  if (otherUsers() > 0) say('waiting for other runs that use our Docker engine');
  while (otherUsers() > 0) await delay(500);
  await end(child, gone);
}

async function end(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
  if (child.exitCode === null) child.kill('SIGTERM');
  const late = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(late);
}

/** Marks what belongs to a run of the tests, by the runner's process id. */
export const RUN_LABEL = 'clew.test-run';

/** Removes containers and networks of this run, and of runs whose process is gone. */
export async function removeTestContainers(ownPid: number): Promise<void> {
  for (const [kind, remove] of [
    ['container', ['rm', '--force', '--volumes']],
    ['network', ['rm']],
  ] as const) {
    const format = `{{.ID}} {{.Label "${RUN_LABEL}"}}`;
    const all = kind === 'container' ? ['--all'] : [];
    const listed = await run('docker', [kind, 'ls', ...all, '--filter', `label=${RUN_LABEL}`, '--format', format]);
    if (listed.code !== 0) continue;
    for (const line of listed.output.split('\n').filter((text) => text !== '')) {
      const [id, pid] = line.split(' ');
      if (Number(pid) === ownPid || !isAlive(Number(pid))) await run('docker', [kind, ...remove, id!]);
    }
  }
}
