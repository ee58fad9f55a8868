import { setTimeout as wait } from 'node:timers/promises';
import { TrunkRequest } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { rowsOf } from '@clew/protocol/input-rows';
import { PREFIX_BYTES } from '@clew/service-kit/bidi/messages';
import { PHASES } from '../../services/simulation/src/tick-loop.ts';
import type { Bench, Figure } from '../area.ts';
import { inputOf } from '../load/player.ts';
import { runLoad } from '../load-run.ts';
import { endlessRooms, startClew } from '../servers/clew-server.ts';
import { rssBytes } from '../servers/process-figures.ts';
import { measureTrunkFloor } from '../trunk/trunk-floor.ts';
import { startTrunkLoad, type TickReport } from '../trunk/trunk-load.ts';

const ROOM = 8;
const TRUNK_PLAYERS = 2_000;
/** The simulation tells of its last half minute: afterwards, all of it is players playing, by code that V8 has compiled. */
const TRUNK_SECONDS = 65;
const EDGE_PLAYERS = 1_000;

/**
 * What a tick costs one process that is full: its busy milliseconds in each 50 ms, all phases and all else it does. And the
 * floor under it: the same messages without matches.
 */
export async function* measureTicks(bench: Bench): AsyncGenerator<Figure> {
  const { ticks, messageBytes } = await playTrunk(bench);
  yield tickFigure('simulation.tick_ms_p99', ticks, { players: TRUNK_PLAYERS }, 10);
  const terms = { downBytes: Math.round(messageBytes), upBytes: inputMessageBytes(), seconds: TRUNK_SECONDS };
  bench.say(`as many bytes through bare node:http2 for ${TRUNK_SECONDS} s …`);
  yield tickFigure('simulation.tick_floor_ms_p99', await measureTrunkFloor(bench, terms), terms);
}

async function playTrunk(bench: Bench) {
  bench.say(`${TRUNK_PLAYERS} players come in over a trunk …`);
  const terms = { players: TRUNK_PLAYERS, room: ROOM, gait: 'circle', env: endlessRooms(ROOM) } as const;
  await using load = await startTrunkLoad(bench, terms);
  bench.say(`${TRUNK_PLAYERS} players play over a trunk for ${TRUNK_SECONDS} s …`);
  await load.play(TRUNK_SECONDS);
  return { ticks: await load.tickReport(), messageBytes: await load.messageBytes() };
}

function tickFigure(figure: string, ticks: TickReport, conditions: Figure['conditions'], max?: number): Figure {
  const { busyMsP50, busyMsP99, skipped } = ticks;
  const bar = max === undefined ? {} : { max };
  return {
    figure,
    value: busyMsP99,
    unit: 'ms',
    ...bar,
    conditions: { ...conditions, busyMsP50, ticksSkipped: skipped },
  };
}

/** Of what an edge sends for one phase: an input of each of a fifth of the players. */
function inputMessageBytes(): number {
  const players = TRUNK_PLAYERS / PHASES;
  const inputs = Array.from({ length: players }, (_, index) =>
    rowsOf(index + 1, [{ ...inputOf(index, 1_000), tick: 1_000 }], 3),
  ).flat();
  return PREFIX_BYTES + TrunkRequest.encode(TrunkRequest.fromPartial({ inputs })).finish().length;
}

/** What an edge holds for a player who plays over WebSocket, all buffers included. */
export async function* measureEdgeMemory(bench: Bench): AsyncGenerator<Figure> {
  const options = { redisUrl: await bench.redis(), env: endlessRooms(ROOM), signal: bench.stop };
  await using server = await startClew(options, 'web');
  bench.say(`${EDGE_PLAYERS} players come in over WebSocket …`);
  // Once up and down first: what is loaded and compiled with the first players is none of the players'.
  await runLoad(server, { side: 'ws', players: ROOM, warmUp: 3, seconds: 1 }, bench.stop);
  await wait(1_000);
  const idle = rssBytes(server.pids.edge!);
  const loaded = await runLoad(server, { side: 'ws', players: EDGE_PLAYERS, warmUp: 5, seconds: 5 }, bench.stop);
  const value = Math.round((loaded.rssBytes.edge! - idle) / EDGE_PLAYERS);
  const conditions = { players: EDGE_PLAYERS, idleBytes: idle, loadedBytes: loaded.rssBytes.edge! };
  yield { figure: 'edge.rss_bytes_per_player', value, unit: 'bytes', max: 60_000, conditions };
}
