import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { node, root, toolEnvironment } from '../../tools/setup.mjs';
import type { Bench } from '../area.ts';
import { startPeer } from '../servers/peer-server.ts';
import { LOAD_CORE } from '../servers/process-figures.ts';
import type { TickReport } from './trunk-load.ts';

export interface FloorTerms {
  /** Bytes of a message down, one in each phase. */
  readonly downBytes: number;
  /** Bytes of a message up, as many. */
  readonly upBytes: number;
  readonly seconds: number;
}

const program = join(root, 'bench/trunk/floor/main.ts');

/** What is left of a simulation's busy time without its matches: the same messages through bare node:http2. */
export async function measureTrunkFloor(
  bench: Bench,
  { downBytes, upBytes, seconds }: FloorTerms,
): Promise<TickReport> {
  let report: TickReport | undefined;
  await using floor = await startPeer(program, 'http', ['serve', String(downBytes)], (line) => {
    report = JSON.parse(line);
  });
  await using owned = new AsyncDisposableStack();
  const command = [
    '--cpu-list',
    String(LOAD_CORE),
    node,
    program,
    new URL(floor.address).port,
    'load',
    String(upBytes),
  ];
  const load = spawn('taskset', command, { env: toolEnvironment(), stdio: ['ignore', 'ignore', 'inherit'] });
  owned.defer(() => void load.kill('SIGKILL'));
  const failed = once(load, 'exit').then(([code]) => {
    throw new Error(`the load on the floor ended with code ${code}`);
  });
  failed.catch(() => undefined); // at the end it is us who end it
  await Promise.race([wait(seconds * 1_000, undefined, { signal: bench.stop }), failed]);
  if (report === undefined) throw new Error('the floor under the trunk told nothing');
  return report;
}
