import { TICK_MS } from '@clew/maze';
import type { Bench, Figure } from '../area.ts';
import { cpuMs } from '../servers/process-figures.ts';
import { startTrunkLoad, type TrunkTerms, type TrunkTold } from '../trunk/trunk-load.ts';

const PLAYERS = 1_000;
/** The simulation tells of its last half minute: afterwards, all of it is players playing. */
const SECONDS = 65;
/** What the framing of gRPC-web over WebSocket adds to a message of this size. */
const FRAMING_BYTES = 9;

/** A thousand wander through one maze; nobody's arrival ends it before the bench. */
export const labyrinthTerms: TrunkTerms = {
  players: PLAYERS,
  room: PLAYERS,
  gait: 'wander',
  env: {
    CLEW_LOG_LEVEL: 'warn',
    CLEW_RULES_MODE: 'labyrinth',
    CLEW_RULES_STARTING_TICKS: '1',
    CLEW_RULES_CLIMBING_TICKS_MAX: '100000',
    CLEW_RULES_AFTER_ARRIVAL_TICKS: '100000',
  },
};

/**
 * A thousand players in one maze of 64 by 64 cells on 3 floors, in one process, driven over its trunk by the edge's own
 * code: what a tick costs, and what each player is sent.
 */
export async function* measureLabyrinth(bench: Bench): AsyncGenerator<Figure> {
  bench.say(`${PLAYERS} players come into one maze …`);
  await using load = await startTrunkLoad(bench, labyrinthTerms);
  bench.say(`${PLAYERS} players wander through one maze for ${SECONDS} s …`);
  const simulationPid = load.server.pids.simulation!;
  const begun = { cpu: cpuMs(simulationPid), atMs: performance.now() };
  await load.play(SECONDS);
  const windows = (performance.now() - begun.atMs) / TICK_MS;
  const cpuMsMean = Math.round(((cpuMs(simulationPid) - begun.cpu) / windows) * 100) / 100;
  const { busyMsP50, busyMsP99, busyMsMax, skipped } = await load.tickReport();
  const conditions = { players: PLAYERS, busyMsP50, busyMsMax, cpuMsMean, ticksSkipped: skipped };
  yield { figure: 'labyrinth.tick_ms_p99', value: busyMsP99, unit: 'ms', max: 25, conditions };
  yield bytesFigure(load.told);
}

/** What came after the first seconds, in which everybody gets all that he sees at once. */
function bytesFigure(told: readonly TrunkTold[]): Figure {
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
