import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { node, root, toolEnvironment } from '../../tools/setup.mjs';
import { freePorts } from '../../tools/start/ports.ts';
import type { Bench, Figure } from '../area.ts';
import { runLoad } from '../load-run.ts';
import { endlessRooms, startClew } from '../servers/clew-server.ts';
import { LOAD_CORE, rssBytes } from '../servers/process-figures.ts';

const ROOM = 8;
const TRUNK_PLAYERS = 2_000;
/** The simulation tells of its last half minute: afterwards, all of it is players playing. */
const TRUNK_SECONDS = 45;
const EDGE_PLAYERS = 1_000;

interface TickReport {
  readonly busyMsP50: number;
  readonly busyMsP99: number;
  readonly skipped: number;
}

/** What a tick costs one process that is full: its busy milliseconds in each 50 ms, all phases and all else it does. */
export async function* measureTicks(bench: Bench): AsyncGenerator<Figure> {
  const [trunkPort] = await freePorts(1);
  const env = (name: string) => ({
    ...endlessRooms(ROOM),
    ...(name.startsWith('simulation') ? { CLEW_TRUNK_PORT: String(trunkPort) } : {}),
  });
  await using server = await startClew({ redisUrl: await bench.redis(), env, signal: bench.stop }, 'grpc');
  const simulation = server.stack.of('simulation')[0]!;
  const args = [simulation.grpcAddress, `127.0.0.1:${trunkPort}`, TRUNK_PLAYERS, ROOM].map(String);
  const command = ['--cpu-list', String(LOAD_CORE), node, join(root, 'bench/trunk/main.ts'), ...args];
  const load = spawn('taskset', command, { env: toolEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await Promise.race([once(createInterface(load.stdout), 'line'), failed(load)]);
    bench.say(`${TRUNK_PLAYERS} players play over a trunk for ${TRUNK_SECONDS} s …`);
    await Promise.race([wait(TRUNK_SECONDS * 1_000, undefined, { signal: bench.stop }), failed(load)]);
    const response = await fetch(`${simulation.opsUrl}/statusz`);
    const { tick } = (await response.json()) as { tick: TickReport };
    const conditions = { players: TRUNK_PLAYERS, busyMsP50: tick.busyMsP50, ticksSkipped: tick.skipped };
    yield { figure: 'simulation.tick_ms_p99', value: tick.busyMsP99, unit: 'ms', max: 10, conditions };
  } finally {
    load.kill('SIGKILL');
  }
}

async function failed(load: ReturnType<typeof spawn>): Promise<never> {
  const [code] = await once(load, 'exit');
  throw new Error(`the load on the trunk ended with code ${code}`);
}

/** What an edge holds for a player who plays over WebSocket, all buffers included. */
export async function* measureEdgeMemory(bench: Bench): AsyncGenerator<Figure> {
  const options = { redisUrl: await bench.redis(), env: endlessRooms(ROOM), signal: bench.stop };
  await using server = await startClew(options, 'web');
  // Once up and down first: what is loaded and compiled with the first players is none of the players'.
  await runLoad(server, { side: 'ws', players: ROOM, warmUp: 3, seconds: 1 }, bench.stop);
  await wait(1_000);
  const idle = rssBytes(server.pids.edge!);
  const loaded = await runLoad(server, { side: 'ws', players: EDGE_PLAYERS, warmUp: 5, seconds: 5 }, bench.stop);
  const value = Math.round((loaded.rssBytes.edge! - idle) / EDGE_PLAYERS);
  const conditions = { players: EDGE_PLAYERS, idleBytes: idle, loadedBytes: loaded.rssBytes.edge! };
  yield { figure: 'edge.rss_bytes_per_player', value, unit: 'bytes', max: 60_000, conditions };
}
