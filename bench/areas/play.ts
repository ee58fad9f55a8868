import { startStack } from '../../tools/start/stack.ts';
import type { Area, Bench, Figure } from '../area.ts';
import { runBots } from '../bots-run.ts';

const PLAYERS = 64;
const ROOM = 8;
const SECONDS = 30;
/** The simulation tells of its last minute: with this, all of it is players playing. */
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
  const ticks = watchTicks(`${simulation.opsUrl}/statusz`, running);
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
  yield figure('latency_ms_p50', bots.latencyMsP50, 'ms');
  yield figure('latency_ms_p99', bots.latencyMsP99, 'ms', 100);
  yield figure('disconnects', bots.disconnects, '1', 0);
}

/** Of the simulation's /statusz. */
interface TickReport {
  readonly busyMsP50: number;
  readonly busyMsP99: number;
  readonly busyMsMax: number;
  readonly skipped: number;
}

/** How often the simulation is asked: seldom, for answering costs it a part of a tick. */
const ASK_EVERY_MS = 10_000;

/** The last report while the bots still played: afterwards the simulation idles. */
async function watchTicks(url: string, until: Promise<unknown>): Promise<TickReport> {
  let playing = true;
  const end = () => {
    playing = false;
  };
  until.then(end, end);
  let last: TickReport | undefined;
  while (playing) {
    const response = await fetch(url);
    const { tick } = (await response.json()) as { tick: TickReport };
    if (playing) last = tick;
    await Promise.race([until.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))]);
  }
  if (last === undefined) throw new Error(`${url} told nothing`);
  return last;
}
