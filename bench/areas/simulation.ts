import { join } from 'node:path';
import type { Area, Bench, Figure } from '../area.ts';
import { type Measured, runLoad } from '../load-run.ts';
import { peersFolder } from '../peers.ts';
import { endlessRooms, startClew } from '../servers/clew-server.ts';
import { startPeer } from '../servers/peer-server.ts';
import type { Server } from '../servers/server.ts';
import { measureIsolation } from './isolation.ts';
import { measureLabyrinth } from './labyrinth.ts';
import { measureMatchHeap } from './match-heap.ts';
import { measureEdgeMemory, measureTicks } from './simulation-load.ts';
import { profileSimulation } from './simulation-profile.ts';

const ROOM = 8;
/** About 500: full rooms, for nobody waits for the rest of the last one. */
const PLAYERS = 504;
const ROUNDS = 3;
/** Until V8 has compiled what is hot, on either side. Over fetch the load's core is full: after half a minute of that, players fall silent. */
const warmUpSeconds = (side: Side) => (side === 'fetch' ? 4 : 20);
const SECONDS = 15;
/** Whoever is silent for so long is cut: longer than any run, since that would be the load's fault. */
const PATIENCE_MS = '60000';
/** The floor's players send what Clew's send through the same door: a framed PlayRequest of one input. */
const INPUT_BYTES = 20;
/** What WebSocket puts before an update of this size. */
const SOCKET_HEAD_BYTES = 2;

/** The floor after `ws`, whose bytes it sends. */
const sides = ['colyseus', 'ws', 'floor', 'grpc', 'fetch'] as const;
type Side = (typeof sides)[number];

const parts: NonNullable<Area['parts']> = {
  async *rooms(bench) {
    yield* compare(await playRounds(bench));
  },
  ticks: measureTicks,
  memory: measureEdgeMemory,
  labyrinth: measureLabyrinth,
  isolation: measureIsolation,
  heap: (bench) => measureMatchHeap(bench),
};

/**
 * Players in rooms of eight, each with 20 inputs and 20 updates a second, everybody moving: Clew through each of its
 * doors, Colyseus, and a bare `ws` server, side after side, round after round. And what is asked of Clew alone.
 */
export const simulation: Area = {
  name: 'simulation',
  about: `${PLAYERS} players in rooms of ${ROOM} at 20 Hz, beside Colyseus and a bare ws server`,
  parts,
  async *measure(bench) {
    for (const part of Object.values(parts)) yield* part(bench);
  },
  profile: profileSimulation,
};

type Rounds = Readonly<Record<Side, Measured[]>>;

async function playRounds(bench: Bench): Promise<Rounds> {
  const rounds: Rounds = { colyseus: [], ws: [], floor: [], grpc: [], fetch: [] };
  for (let round = 1; round <= ROUNDS; round++) {
    for (const side of sides) {
      const updateBytes = Math.round(rounds.ws.at(-1)?.bytesPerUpdate ?? 0) - SOCKET_HEAD_BYTES;
      await using server = await startSide(side, bench, updateBytes);
      const more = side === 'floor' ? [String(INPUT_BYTES)] : [];
      const terms = { side, players: PLAYERS, warmUp: warmUpSeconds(side), seconds: SECONDS, more };
      const measured = await runLoad(server, terms, bench.stop);
      bench.say(`round ${round}: ${side} ${told(measured)}`);
      rounds[side].push(measured);
    }
  }
  return rounds;
}

async function startSide(side: Side, bench: Bench, updateBytes: number): Promise<Server> {
  switch (side) {
    case 'colyseus':
      return startPeer(join(await bench.peer('colyseus'), 'main.ts'), 'http');
    case 'floor':
      return startPeer(join(peersFolder, 'floor/main.ts'), 'ws', [String(updateBytes), String(ROOM)]);
    default: {
      const env = { ...endlessRooms(ROOM), CLEW_SILENCE_MAX_MS: PATIENCE_MS };
      const options = { redisUrl: await bench.redis(), env, signal: bench.stop };
      return startClew(options, side === 'grpc' ? 'grpc' : 'web');
    }
  }
}

function* compare(rounds: Rounds): Generator<Figure> {
  const of = (side: Side, value: (measured: Measured) => number) => median(rounds[side].map(value));
  const colyseusUs = of('colyseus', serverUs);
  const ratio = (figure: string, value: number, of: number, max?: number, more = {}): Figure => ({
    figure,
    value: round(value / of),
    unit: '1',
    ...(max === undefined ? {} : { max }),
    conditions: { players: PLAYERS, room: ROOM, rounds: ROUNDS, ours: round(value), theirs: round(of), ...more },
  });
  const bytes = ({ bytesPerUpdate }: Measured) => bytesPerUpdate;
  const latency = ({ latencyMsP99 }: Measured) => latencyMsP99;
  yield ratio(
    'simulation.cpu_ratio_colyseus',
    of('ws', ({ cpuUs }) => cpuUs.simulation!),
    colyseusUs,
    0.15,
  );
  const others = (side: Side) => ({ sessionAndMatchmaking: round(of(side, othersUs)) });
  yield ratio('total.cpu_ratio_colyseus', of('ws', clewUs), colyseusUs, 0.9, others('ws'));
  yield ratio('total.cpu_ratio_floor', of('ws', clewUs), of('floor', serverUs), 1.5, others('ws'));
  for (const door of ['grpc', 'fetch'] as const) {
    yield ratio(`total.cpu_ratio_colyseus_${door}`, of(door, clewUs), colyseusUs, undefined, others(door));
  }
  yield ratio('play.latency_ratio_colyseus', of('ws', latency), of('colyseus', latency), 1.1);
  yield ratio('simulation.bytes_ratio_colyseus', of('ws', bytes), of('colyseus', bytes), 0.6);
}

/** Microseconds per player and second of a peer's one process. */
function serverUs({ cpuUs }: Measured): number {
  return cpuUs.server!;
}

/** Of the processes of Clew that players' inputs and updates go through. */
function clewUs({ cpuUs }: Measured): number {
  return cpuUs.edge! + cpuUs.simulation!;
}

/** Of those that keep their sessions and match them. */
function othersUs({ cpuUs }: Measured): number {
  return cpuUs.session! + cpuUs.matchmaking!;
}

function told({ cpuUs, latencyMsP99, bytesPerUpdate, updatesPerPlayerSecond, busy }: Measured): string {
  const cpu = Object.entries(cpuUs).map(([name, us]) => `${name} ${Math.round(us)}`);
  return (
    `${cpu.join(', ')} µs per player-second; p99 ${latencyMsP99.toFixed(1)} ms, ${bytesPerUpdate.toFixed(0)} bytes, ` +
    `${updatesPerPlayerSecond.toFixed(1)} updates/s; load ${(busy * 100).toFixed(0)} %`
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

const round = (value: number) => Math.round(value * 1_000) / 1_000;
