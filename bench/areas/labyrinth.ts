import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { TICK_MS } from '@clew/maze';
import { node, root, toolEnvironment } from '../../tools/setup.mjs';
import { freePorts } from '../../tools/start/ports.ts';
import type { Bench, Figure } from '../area.ts';
import { startClew } from '../servers/clew-server.ts';
import { cpuMs, LOAD_CORE } from '../servers/process-figures.ts';

const PLAYERS = 1_000;
/** The simulation tells of its last minute: afterwards, all of it is players playing. */
const SECONDS = 65;
/** What the framing of gRPC-web over WebSocket adds to a message of this size. */
const FRAMING_BYTES = 9;

/** The mode for a thousand; nobody's arrival ends it before the bench. */
const env = {
  CLEW_LOG_LEVEL: 'warn',
  CLEW_RULES_MODE: 'labyrinth',
  CLEW_RULES_STARTING_TICKS: '1',
  CLEW_RULES_CLIMBING_TICKS_MAX: '100000',
  CLEW_RULES_AFTER_ARRIVAL_TICKS: '100000',
};

interface TickReport {
  readonly busyMsP50: number;
  readonly busyMsP99: number;
  readonly busyMsMax: number;
  readonly skipped: number;
}

interface Told {
  readonly frames: number;
  readonly bytes: number;
}

/**
 * A thousand players in one maze of 64 by 64 cells on 3 floors, in one process, driven over its trunk by the edge's own
 * code: what a tick costs, and what each player is sent.
 */
export async function* measureLabyrinth(bench: Bench): AsyncGenerator<Figure> {
  const [trunkPort] = await freePorts(1);
  const envOf = (name: string) => ({
    ...env,
    ...(name.startsWith('simulation') ? { CLEW_TRUNK_PORT: String(trunkPort) } : {}),
  });
  await using server = await startClew({ redisUrl: await bench.redis(), env: envOf, signal: bench.stop }, 'grpc');
  const simulation = server.stack.of('simulation')[0]!;
  const args = [simulation.grpcAddress, `127.0.0.1:${trunkPort}`, PLAYERS, PLAYERS, 'wander'].map(String);
  const command = ['--cpu-list', String(LOAD_CORE), node, join(root, 'bench/trunk/main.ts'), ...args];
  const load = spawn('taskset', command, { env: toolEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const lines = createInterface(load.stdout);
    await Promise.race([once(lines, 'line'), failed(load)]);
    bench.say(`${PLAYERS} players wander through one maze for ${SECONDS} s …`);
    const told: Told[] = [];
    lines.on('line', (line) => told.push(JSON.parse(line)));
    const simulationPid = server.pids.simulation!;
    const begun = { cpu: cpuMs(simulationPid), atMs: performance.now() };
    await Promise.race([wait(SECONDS * 1_000, undefined, { signal: bench.stop }), failed(load)]);
    const windows = (performance.now() - begun.atMs) / TICK_MS;
    const cpuMsMean = Math.round(((cpuMs(simulationPid) - begun.cpu) / windows) * 100) / 100;
    const response = await fetch(`${simulation.opsUrl}/statusz`);
    const { tick } = (await response.json()) as { tick: TickReport };
    const { busyMsP50, busyMsMax, skipped } = tick;
    const conditions = { players: PLAYERS, busyMsP50, busyMsMax, cpuMsMean, ticksSkipped: skipped };
    yield { figure: 'labyrinth.tick_ms_p99', value: tick.busyMsP99, unit: 'ms', max: 25, conditions };
    yield bytesFigure(told);
  } finally {
    load.kill('SIGKILL');
  }
}

/** What came after the first seconds, in which everybody gets all that he sees at once. */
function bytesFigure(told: readonly Told[]): Figure {
  const [first, last] = [told[4], told.at(-1)];
  if (first === undefined || last === undefined) throw new Error('the load told nothing');
  const seconds = told.length - 5;
  const frames = last.frames - first.frames;
  const value = Math.round((last.bytes - first.bytes + frames * FRAMING_BYTES) / PLAYERS / seconds);
  const perFrame = Math.round((last.bytes - first.bytes) / frames);
  const updatesPerPlayerSecond = Math.round((frames / PLAYERS / seconds) * 10) / 10;
  const conditions = { players: PLAYERS, seconds, updatesPerPlayerSecond, bytesPerFrame: perFrame };
  return { figure: 'labyrinth.bytes_per_player_s', value, unit: 'bytes/s', max: 6_000, conditions };
}

async function failed(load: ReturnType<typeof spawn>): Promise<never> {
  const [code] = await once(load, 'exit');
  throw new Error(`the load on the trunk ended with code ${code}`);
}
