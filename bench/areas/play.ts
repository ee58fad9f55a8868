import { loadavg } from 'node:os';
import { TICK_MS } from '@clew/maze';
import { type Service, startStack } from '../../tools/start/stack.ts';
import type { Area, Bench, Figure } from '../area.ts';
import { runBots } from '../bots-run.ts';
import { cpuMs } from '../servers/process-figures.ts';

const PLAYERS = 64;
const ROOM = 8;
const SECONDS = 30;
/** The simulation tells of its last half minute: with this, all of it is players playing. */
const WARM_UP_SECONDS = 30;

/**
 * Players in rooms of eight at 20 ticks a second, over each door, with all services on this machine: what a tick costs
 * the simulation, and how long an input takes to come back as an effect.
 */
export const play: Area = {
  name: 'play',
  about: `${PLAYERS} bots in rooms of ${ROOM} for ${SECONDS} s, over gRPC and over gRPC-web`,
  async *measure(bench) {
    for (const transport of ['grpc', 'web'] as const) yield* measureDoor(bench, transport);
  },
};

async function* measureDoor({ redis, say, stop }: Bench, transport: 'grpc' | 'web'): AsyncGenerator<Figure> {
  say(`${transport}: starting the services …`);
  await using stack = await startStack({
    redisUrl: await redis(),
    // Nobody fills up with the simulation's own bots: rooms are full of players.
    env: { CLEW_LOG_LEVEL: 'warn', CLEW_MATCH_FILL_MS: '60000', CLEW_MATCH_SEATS: String(ROOM) },
    signal: stop,
  });
  const [edge] = stack.edges;
  const [simulation] = stack.of('simulation');
  if (edge === undefined || simulation === undefined) throw new Error('the stack has no edge or no simulation');
  say(`${transport}: ${PLAYERS} bots play for ${WARM_UP_SECONDS} + ${SECONDS} s …`);
  const running = runBots(
    {
      players: PLAYERS,
      seconds: SECONDS,
      warmUp: WARM_UP_SECONDS,
      transport,
      edge: transport === 'grpc' ? edge.grpcAddress : edge.webUrl,
    },
    stop,
  );
  const ticks = watchTicks(simulation, running);
  const bots = await running;
  const tick = await ticks;
  const conditions = {
    players: bots.players,
    joined: bots.joined,
    seconds: bots.seconds,
    framesPerSecond: bots.framesPerSecond,
    latencySamples: bots.latencySamples,
    corrections: bots.corrections,
    hashMismatches: bots.hashMismatches,
    ticksSkipped: tick.skipped,
    loadAverage: loadavg()[0]!,
  };
  const figure = (name: string, value: number, unit: string, max?: number): Figure => ({
    figure: `play.${name}_${transport}`,
    value,
    unit,
    ...(max === undefined ? {} : { max }),
    conditions,
  });
  yield figure('tick_ms_p50', tick.busyMsP50, 'ms');
  yield figure('tick_ms_p99', tick.busyMsP99, 'ms', 5);
  if (tick.cpuMsMean !== undefined) yield figure('tick_cpu_ms_mean', tick.cpuMsMean, 'ms');
  yield figure('latency_ms_p50', bots.latencyMsP50, 'ms');
  yield figure('latency_ms_p99', bots.latencyMsP99, 'ms', 100);
  yield figure('disconnects', bots.disconnects, '1', 0);
}

/** Of the simulation's /statusz; the busy time there goes by the clock, so other work on the machine is in it. */
interface TickReport {
  readonly busyMsP50: number;
  readonly busyMsP99: number;
  readonly busyMsMax: number;
  readonly skipped: number;
}

/** How often the simulation is asked: seldom, for answering costs it a part of a tick. */
const ASK_EVERY_MS = 10_000;

/**
 * The last report while the bots still played: afterwards the simulation idles. With it, where the system tells it (Linux),
 * the processor time per tick since the report before.
 */
async function watchTicks({ opsUrl, pid }: Service, until: Promise<unknown>) {
  const cpu = () => (process.platform === 'linux' && pid !== undefined ? cpuMs(pid) : Number.NaN);
  let playing = true;
  const end = () => {
    playing = false;
  };
  until.then(end, end);
  let last: (TickReport & { readonly cpuMsMean: number | undefined }) | undefined;
  let before = { atMs: performance.now(), cpuMs: cpu() };
  while (playing) {
    await Promise.race([until.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))]);
    if (!playing) break;
    const now = { atMs: performance.now(), cpuMs: cpu() };
    const response = await fetch(`${opsUrl}/statusz`);
    const { tick } = (await response.json()) as { tick: TickReport };
    const cpuMsMean = (TICK_MS * (now.cpuMs - before.cpuMs)) / (now.atMs - before.atMs);
    if (playing) last = { ...tick, cpuMsMean: Number.isNaN(cpuMsMean) ? undefined : Math.round(cpuMsMean * 100) / 100 };
    before = now;
  }
  if (last === undefined) throw new Error(`${opsUrl} told nothing`);
  return last;
}
