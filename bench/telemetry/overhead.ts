import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Stack } from '../../tools/start/stack.ts';
import type { Bench, Figure } from '../area.ts';
import { runLoad } from '../load-run.ts';
import { endlessRooms, startClew } from '../servers/clew-server.ts';
import { LOAD_CORE, pin } from '../servers/process-figures.ts';
import { scrape } from './series.ts';
import { visit } from './visitors.ts';

export interface OverheadTerms {
  readonly players: number;
  readonly rounds: number;
  /** Seconds in a room before figures begin, and seconds that they are over. */
  readonly warmUp: number;
  readonly seconds: number;
}

const ROOM = 8;
/** As deploy/prometheus/prometheus.yml has it. */
const SCRAPE_MS = 5_000;
/** While 500 play, matches of five minutes let so many come and go: a room full each four seconds. */
const VISIT_MS = 4_000;
const VISIT_PLAY_MS = 1_000;

type Side = 'on' | 'off';
/** Microseconds per player and second, and what each player was sent for it: work that is not the same cannot be compared. */
type Cost = Readonly<Record<'edge' | 'simulation' | 'updatesPerPlayerSecond', number>>;

/**
 * What it costs edge and simulation to tell all they can: metrics scraped, and every join traced and exported by
 * OpenTelemetry's defaults. The same players on either side, one after the other, each round in the other order, on servers
 * of their own on a core of their own.
 */
export async function* measureOverhead(bench: Bench, terms: OverheadTerms): AsyncGenerator<Figure> {
  const { players, rounds, seconds } = terms;
  pin(process.pid, LOAD_CORE); // it scrapes, collects and visits
  const costs: Readonly<Record<Side, Cost[]>> = { on: [], off: [] };
  for (let round = 1; round <= rounds; round += 1) {
    for (const side of round % 2 === 1 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
      costs[side].push(await costOf(bench, side, terms, 2 * round + (side === 'on' ? 1 : 0)));
      bench.stop.throwIfAborted();
    }
    bench.say(`round ${round}: on ${told(costs.on.at(-1)!)}, off ${told(costs.off.at(-1)!)} µs per player-second`);
  }
  const ratios = costs.on.map((on, round) => sum(on) / sum(costs.off[round]!)).sort((one, other) => one - other);
  const mediansOf = (side: Side, part: keyof Cost) => round1(median(costs[side].map((cost) => cost[part])));
  yield {
    figure: 'telemetry.cpu_overhead_ratio',
    value: round3(median(ratios)),
    unit: '1',
    max: 1.08,
    conditions: {
      ...{ players, room: ROOM, rounds, secondsPerRound: seconds },
      ...{ least: round3(ratios[0]!), most: round3(ratios.at(-1)!) },
      ...{ edgeOnUs: mediansOf('on', 'edge'), edgeOffUs: mediansOf('off', 'edge') },
      ...{ simulationOnUs: mediansOf('on', 'simulation'), simulationOffUs: mediansOf('off', 'simulation') },
      ...{
        updatesOn: mediansOf('on', 'updatesPerPlayerSecond'),
        updatesOff: mediansOf('off', 'updatesPerPlayerSecond'),
      },
    },
  };
}

async function costOf(bench: Bench, side: Side, terms: OverheadTerms, database: number): Promise<Cost> {
  const { players, warmUp, seconds } = terms;
  await using sink = await startSink();
  const seen =
    side === 'on' ? { CLEW_TELEMETRY: 'on', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url } : { CLEW_TELEMETRY: 'off' };
  const redisUrl = `${await bench.redis()}/${database % 16}`;
  const env = { ...endlessRooms(ROOM), OTEL_METRICS_EXPORTER: 'none', ...seen };
  // Over WebSocket: with native gRPC the load fills its core, and whoever loads it more, by telling, would get less work.
  await using server = await startClew({ redisUrl, env, signal: bench.stop }, 'web');
  using around = new DisposableStack();
  around.use(every(SCRAPE_MS, () => (side === 'on' ? scrape(server.stack) : undefined)));
  const over = new AbortController();
  around.defer(() => over.abort());
  const visitors = comeAndGo(server.stack, players, AbortSignal.any([bench.stop, over.signal]));
  const { cpuUs, updatesPerPlayerSecond } = await runLoad(server, { side: 'ws', players, warmUp, seconds }, bench.stop);
  over.abort();
  await visitors;
  return { edge: cpuUs.edge!, simulation: cpuUs.simulation!, updatesPerPlayerSecond };
}

/** When all others sit, a room full of players comes, plays and goes, again and again. */
async function comeAndGo(stack: Stack, players: number, stop: AbortSignal): Promise<void> {
  try {
    while ((await attachedIn(stack)) < players) await pause(250, undefined, { signal: stop });
    const edge = stack.edges[0]!.grpcAddress;
    for (;;) {
      const visits = visit({ players: ROOM, edge, playMs: VISIT_PLAY_MS }, stop);
      await Promise.all([visits, pause(VISIT_MS, undefined, { signal: stop })]);
    }
  } catch (thrown) {
    if (!stop.aborted) throw thrown;
  }
}

async function attachedIn(stack: Stack): Promise<number> {
  const response = await fetch(`${stack.of('simulation')[0]!.opsUrl}/statusz`);
  const { seats } = (await response.json()) as { seats: { attached: number } };
  return seats.attached;
}

/** Takes whatever is exported, and says thanks. */
async function startSink(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/x-protobuf');
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function every(ms: number, act: () => Promise<unknown> | undefined): Disposable {
  const timer = setInterval(() => void act()?.catch(() => undefined), ms);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

const sum = ({ edge, simulation }: Cost) => edge + simulation;
const told = ({ edge, simulation, updatesPerPlayerSecond }: Cost) =>
  `${Math.round(edge)} + ${Math.round(simulation)} (${updatesPerPlayerSecond.toFixed(1)} updates/s)`;
const round1 = (value: number) => Math.round(value * 10) / 10;
const round3 = (value: number) => Math.round(value * 1_000) / 1_000;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
