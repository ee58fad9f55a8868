import { setTimeout as wait } from 'node:timers/promises';
import type { Bench, Figure } from '../area.ts';
import { runLoad } from '../load-run.ts';
import { endlessRooms, startClew } from '../servers/clew-server.ts';
import { rssBytes } from '../servers/process-figures.ts';
import { startTrunkLoad } from '../trunk/trunk-load.ts';

const ROOM = 8;
const TRUNK_PLAYERS = 2_000;
/** The simulation tells of its last half minute: afterwards, all of it is players playing. */
const TRUNK_SECONDS = 45;
const EDGE_PLAYERS = 1_000;

/** What a tick costs one process that is full: its busy milliseconds in each 50 ms, all phases and all else it does. */
export async function* measureTicks(bench: Bench): AsyncGenerator<Figure> {
  bench.say(`${TRUNK_PLAYERS} players come in over a trunk …`);
  const terms = { players: TRUNK_PLAYERS, room: ROOM, gait: 'circle', env: endlessRooms(ROOM) } as const;
  await using load = await startTrunkLoad(bench, terms);
  bench.say(`${TRUNK_PLAYERS} players play over a trunk for ${TRUNK_SECONDS} s …`);
  await load.play(TRUNK_SECONDS);
  const { busyMsP50, busyMsP99, skipped } = await load.tickReport();
  const conditions = { players: TRUNK_PLAYERS, busyMsP50, ticksSkipped: skipped };
  yield { figure: 'simulation.tick_ms_p99', value: busyMsP99, unit: 'ms', max: 10, conditions };
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
