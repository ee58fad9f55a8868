import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { node, root, toolEnvironment } from '../../tools/setup.mjs';
import { freePorts } from '../../tools/start/ports.ts';
import type { Bench } from '../area.ts';
import { LOAD_CORE, SERVER_CORE } from '../servers/process-figures.ts';
import type { TickReport } from './trunk-load.ts';

export interface FloorTerms {
  /** Bytes of a message down, one in each phase. */
  readonly downBytes: number;
  /** Bytes of a message up, as many. */
  readonly upBytes: number;
  readonly seconds: number;
}

/** What is left of a simulation's busy time without its matches: the same messages through bare node:http2. */
export async function measureTrunkFloor(
  bench: Bench,
  { downBytes, upBytes, seconds }: FloorTerms,
): Promise<TickReport> {
  const [port] = await freePorts(1);
  await using owned = new AsyncDisposableStack();
  const start = (core: number, role: string, bytes: number) =>
    owned.adopt(spawnOn(core, [role, String(port), String(bytes)]), ended);
  const floor = start(SERVER_CORE, 'serve', downBytes);
  const lines = createInterface(floor.stdout!);
  await once(lines, 'line', { signal: bench.stop });
  let report: TickReport | undefined;
  lines.on('line', (line) => {
    report = JSON.parse(line);
  });
  const load = start(LOAD_CORE, 'load', upBytes);
  const failed = Promise.race([once(floor, 'exit'), once(load, 'exit')]).then(() => {
    throw new Error('the floor under the trunk ended');
  });
  failed.catch(() => undefined); // at the end it is us who end it
  await Promise.race([wait(seconds * 1_000, undefined, { signal: bench.stop }), failed]);
  if (report === undefined) throw new Error('the floor under the trunk told nothing');
  return report;
}

function spawnOn(core: number, args: readonly string[]): ChildProcess {
  const command = ['--cpu-list', String(core), node, join(root, 'bench/trunk/floor/main.ts'), ...args];
  return spawn('taskset', command, { env: toolEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
