import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { node, root, toolEnvironment } from '../tools/setup.mjs';
import type { LoadReport } from './load/load.ts';
import { cpuMs, LOAD_CORE, rssBytes } from './servers/process-figures.ts';
import type { Server } from './servers/server.ts';

export interface LoadTerms {
  /** One of bench/load/main.ts. */
  readonly side: string;
  readonly players: number;
  /** Seconds in a room before figures begin. */
  readonly warmUp: number;
  /** Seconds that figures are over. */
  readonly seconds: number;
  /** Everybody plays and is warm: figures begin. */
  readonly onMeasuring?: () => void;
  readonly more?: readonly string[];
}

export interface Measured extends LoadReport {
  /** Processor time of each process of the server, in microseconds per player and second. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** Memory of each process of the server, at the end. */
  readonly rssBytes: Readonly<Record<string, number>>;
}

/** Loads a server with players, from a process of its own on a core of its own. */
export async function runLoad(server: Server, terms: LoadTerms, signal: AbortSignal): Promise<Measured> {
  const { side, players, warmUp, seconds, onMeasuring, more = [] } = terms;
  const args = [side, server.address, players, warmUp, seconds, ...more].map(String);
  const command = ['--cpu-list', String(LOAD_CORE), node, join(root, 'bench/load/main.ts'), ...args];
  const child = spawn('taskset', command, { env: toolEnvironment(), stdio: ['ignore', 'pipe', 'inherit'], signal });
  const each = <Value>(of: (pid: number) => Value) =>
    Object.fromEntries(Object.entries(server.pids).map(([name, pid]) => [name, of(pid)]));
  const { promise, resolve, reject } = Promise.withResolvers<Measured>();
  let before: Record<string, number> = {};
  createInterface(child.stdout).on('line', (line) => {
    if (line === 'measuring') {
      before = each(cpuMs);
      onMeasuring?.();
      return;
    }
    if (!line.startsWith('{')) return; // a peer's client library talks
    const report = JSON.parse(line) as LoadReport;
    const after = each(cpuMs);
    const share = 1_000 / report.players / report.seconds;
    const cpuUs = Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, (ms - before[name]!) * share]));
    resolve({ ...report, cpuUs, rssBytes: each(rssBytes) });
  });
  child.once('error', reject).once('exit', (code) => reject(new Error(`the load (${side}) ended with code ${code}`)));
  return promise;
}
