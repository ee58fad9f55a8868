import type { Bench, Figure } from '../area.ts';
import { OTHERS_EVERY, type Reading } from '../load/mixed-side.ts';
import { runLoad } from '../load-run.ts';
import { endlessRooms, startClew } from '../servers/clew-server.ts';
import type { TickReport } from '../trunk/trunk-load.ts';

const ROOM = 8;
const PLAYERS = 504;
const ROUNDS = 3;
const WARM_UP_SECONDS = 4;
/** The simulation tells of its last half minute: all of it is players playing. */
const SECONDS = 30;

interface Measured {
  readonly tickMsP99: number;
  readonly latencyMsP99: number;
  readonly updatesPerQuickPlayerSecond: number;
  /** How often somebody had missed frames, for he had not taken the ones before, and got a keyframe. */
  readonly keyframesAsked: number;
  readonly readersCut: number;
}

/**
 * Whether slow readers delay anybody else, or a tick: of the same players a tenth reads badly, or reads at once, by turns. All
 * of these have tiny windows either way and sit among the others; latencies are the others'.
 */
export async function* measureIsolation(bench: Bench): AsyncGenerator<Figure> {
  const measured: Readonly<Record<Reading, Measured[]>> = { prompt: [], slow: [] };
  for (let round = 1; round <= ROUNDS; round++) {
    for (const reading of round % 2 === 1 ? (['prompt', 'slow'] as const) : (['slow', 'prompt'] as const)) {
      const run = await measure(bench, reading);
      bench.say(`round ${round}: a tenth reads ${reading === 'slow' ? 'slowly' : 'at once'}: ${JSON.stringify(run)}`);
      measured[reading].push(run);
    }
  }
  const of = (reading: Reading, value: (run: Measured) => number) => median(measured[reading].map(value));
  const ratio = (figure: string, value: (run: Measured) => number): Figure => {
    const [slow, prompt] = [of('slow', value), of('prompt', value)];
    const updates = ({ updatesPerQuickPlayerSecond }: Measured) => updatesPerQuickPlayerSecond;
    const keyframes = ({ keyframesAsked }: Measured) => keyframesAsked;
    const conditions = {
      ...{ players: PLAYERS, room: ROOM, rounds: ROUNDS, slowShare: 1 / OTHERS_EVERY },
      ...{ withSlow: round3(slow), without: round3(prompt) },
      ...{ updatesWithSlow: round3(of('slow', updates)), updatesWithout: round3(of('prompt', updates)) },
      ...{ keyframesWithSlow: of('slow', keyframes), keyframesWithout: of('prompt', keyframes) },
      readersCut: of('slow', ({ readersCut }) => readersCut),
    };
    return { figure, value: round3(slow / prompt), unit: '1', conditions };
  };
  yield ratio('isolation.tick_ms_p99_ratio', ({ tickMsP99 }) => tickMsP99);
  yield ratio('isolation.latency_p99_ratio', ({ latencyMsP99 }) => latencyMsP99);
}

async function measure(bench: Bench, reading: Reading): Promise<Measured> {
  const options = { redisUrl: await bench.redis(), env: endlessRooms(ROOM), signal: bench.stop };
  await using server = await startClew(options, 'web');
  const [edge, simulation] = [server.stack.edges[0]!, server.stack.of('simulation')[0]!];
  const more = [edge.grpcAddress, reading];
  const terms = { side: 'mixed', players: PLAYERS, warmUp: WARM_UP_SECONDS, seconds: SECONDS, more };
  const { latencyMsP99, updatesPerPlayerSecond } = await runLoad(server, terms, bench.stop);
  const { tick } = await statusOf<{ tick: TickReport }>(simulation.opsUrl);
  const { counters } = await statusOf<{ counters: Record<string, number> }>(edge.opsUrl);
  return {
    tickMsP99: tick.busyMsP99,
    latencyMsP99: round3(latencyMsP99),
    updatesPerQuickPlayerSecond: round3(updatesPerPlayerSecond / (1 - 1 / OTHERS_EVERY)),
    keyframesAsked: counters['edge.keyframes_asked'] ?? Number.NaN,
    readersCut: counters['edge.streams_stalled'] ?? Number.NaN,
  };
}

async function statusOf<Status>(opsUrl: string): Promise<Status> {
  const response = await fetch(`${opsUrl}/statusz`);
  return (await response.json()) as Status;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const round3 = (value: number) => Math.round(value * 1_000) / 1_000;
