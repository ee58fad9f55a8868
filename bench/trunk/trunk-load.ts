import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { node, root, toolEnvironment } from '../../tools/setup.mjs';
import { freePorts } from '../../tools/start/ports.ts';
import type { Service, StackOptions } from '../../tools/start/stack.ts';
import type { Bench } from '../area.ts';
import { type ClewServer, startClew } from '../servers/clew-server.ts';
import { LOAD_CORE, pin } from '../servers/process-figures.ts';

export interface TrunkTerms {
  readonly players: number;
  /** Players in one match. */
  readonly room: number;
  /** How they walk: in circles, or about. */
  readonly gait: 'circle' | 'wander';
  readonly env: Readonly<Record<string, string>>;
  readonly nodeArgs?: StackOptions['nodeArgs'];
}

/** What all players were sent so far. */
export interface TrunkTold {
  readonly frames: number;
  readonly bytes: number;
}

/** What a simulation tells of its last half minute: busy milliseconds in each 50 ms. */
export interface TickReport {
  readonly busyMsP50: number;
  readonly busyMsP99: number;
  readonly busyMsMax: number;
  readonly skipped: number;
}

/**
 * Players who play in one simulation, over its trunk. The simulation has a core, everybody else the other one: its busy time is
 * its own. Disposing ends them and the services.
 */
export interface TrunkLoad extends AsyncDisposable {
  readonly server: ClewServer;
  readonly simulation: Service;
  /** Once a second another one, since all play. */
  readonly told: readonly TrunkTold[];
  /** Lets them play on; rejects when the load ends, or the bench. */
  play(seconds: number): Promise<void>;
  tickReport(): Promise<TickReport>;
  /** Mean bytes of a message that the simulation sent so far. */
  messageBytes(): Promise<number>;
}

/** Resolves when all of them play. */
export async function startTrunkLoad(bench: Bench, terms: TrunkTerms): Promise<TrunkLoad> {
  const { players, room, gait, env, nodeArgs } = terms;
  await using owned = new AsyncDisposableStack();
  const [trunkPort] = await freePorts(1);
  const server = owned.use(
    await startClew(
      {
        redisUrl: await bench.redis(),
        env: (name) => ({
          ...env,
          ...(name.startsWith('simulation') ? { CLEW_TRUNK_PORT: String(trunkPort) } : {}),
        }),
        ...(nodeArgs === undefined ? {} : { nodeArgs }),
        signal: bench.stop,
      },
      'grpc',
    ),
  );
  const simulation = server.stack.of('simulation')[0]!;
  for (const { pid } of server.stack.services) if (pid !== undefined && pid !== simulation.pid) pin(pid, LOAD_CORE);
  const args = [simulation.grpcAddress, `127.0.0.1:${trunkPort}`, players, room, gait].map(String);
  const command = ['--cpu-list', String(LOAD_CORE), node, join(root, 'bench/trunk/main.ts'), ...args];
  const load = spawn('taskset', command, { env: toolEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
  owned.defer(() => void load.kill('SIGKILL'));
  const failed = once(load, 'exit').then(([code]) => {
    throw new Error(`the load on the trunk ended with code ${code}`);
  });
  failed.catch(() => undefined); // at the end it is us who end it
  const lines = createInterface(load.stdout);
  await Promise.race([once(lines, 'line', { signal: bench.stop }), failed]);
  const told: TrunkTold[] = [];
  lines.on('line', (line) => told.push(JSON.parse(line)));
  const status = async () => {
    const response = await fetch(`${simulation.opsUrl}/statusz`);
    return (await response.json()) as { tick: TickReport; counters: Readonly<Record<string, number>> };
  };
  const kept = owned.move();
  return {
    server,
    simulation,
    told,
    play: (seconds) => Promise.race([wait(seconds * 1_000, undefined, { signal: bench.stop }), failed]),
    tickReport: async () => (await status()).tick,
    messageBytes: async () => {
      const { counters } = await status();
      return counters['simulation.trunk_bytes']! / counters['simulation.trunk_messages']!;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
