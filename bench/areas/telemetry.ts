import { setTimeout as pause } from 'node:timers/promises';
import { type Stack, startStack } from '../../tools/start/stack.ts';
import type { Area, Bench, Figure } from '../area.ts';
import { runBots } from '../bots-run.ts';
import { cpuMs } from '../servers/process-figures.ts';
import { type CollectedSpan, startCollector } from '../telemetry/collector.ts';
import { visit } from '../telemetry/visitors.ts';

/** On each side at once, so that both see the same machine. */
const PLAYERS = Number(process.env.CLEW_BENCH_PLAYERS ?? 64);
const ROUNDS = 9;
const ROUND_MS = 6_000;
const WARM_UP_SECONDS = 15;
const SCRAPE_MS = 5_000;
const FEW = 100;
const MANY = 10_000;

/**
 * What it costs to be seen: the same players on two stacks at once, one telling all it can (scraped, every join traced), one
 * nothing; and whether what is told stays bounded and whole.
 */
export const telemetry: Area = {
  name: 'telemetry',
  about: `CPU of simulation and edge with telemetry on and off, ${PLAYERS} bots each; series; traces`,
  async *measure(bench) {
    yield* measureCost(bench);
    yield* measureBounds(bench);
  },
};

const quiet = { CLEW_LOG_LEVEL: 'warn', CLEW_MATCH_FILL_MS: '500' };

async function* measureCost({ redis, say, stop }: Bench): AsyncGenerator<Figure> {
  const url = await redis();
  await using collector = await startCollector();
  await using on = await startStack({
    redisUrl: `${url}/1`,
    env: { ...quiet, CLEW_TELEMETRY: 'on', ...collector.env },
    signal: stop,
  });
  await using off = await startStack({ redisUrl: `${url}/2`, env: { ...quiet, CLEW_TELEMETRY: 'off' }, signal: stop });
  using _ = scraping(on);
  const seconds = Math.ceil((ROUNDS * ROUND_MS) / 1_000) + 60;
  const enough = new AbortController();
  const signal = AbortSignal.any([stop, enough.signal]);
  say(`${PLAYERS} bots on each side …`);
  const bots = [on, off].map(({ edges }) => {
    const terms = { players: PLAYERS, seconds, warmUp: 0, transport: 'grpc', edge: edges[0]!.grpcAddress } as const;
    return runBots(terms, signal).catch(() => undefined);
  });
  const seated = async (stack: Stack) => (await seatsOf(stack)) >= PLAYERS * 0.95;
  while (!((await seated(on)) && (await seated(off)))) await pause(500, undefined, { signal: stop });
  await pause(WARM_UP_SECONDS * 1_000, undefined, { signal: stop });

  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = [cpuOf(on), cpuOf(off)] as const;
    await pause(ROUND_MS, undefined, { signal: stop });
    const used = [cpuOf(on) - before[0], cpuOf(off) - before[1]] as const;
    const ratio = used[0] / used[1];
    ratios.push(ratio);
    say(`round ${round}: on ${used[0]} ms, off ${used[1]} ms, ratio ${ratio.toFixed(3)}`);
  }
  enough.abort();
  await Promise.all(bots);
  ratios.sort((one, other) => one - other);
  yield {
    figure: 'telemetry.cpu_overhead_ratio',
    value: round3(ratios[Math.floor(ratios.length / 2)]!),
    unit: '1',
    max: 1.08,
    conditions: {
      players: PLAYERS,
      rounds: ROUNDS,
      secondsPerRound: ROUND_MS / 1_000,
      least: round3(ratios[0]!),
      most: round3(ratios.at(-1)!),
      spans: collector.spans.length,
    },
  };
}

async function* measureBounds({ redis, say, stop }: Bench): AsyncGenerator<Figure> {
  await using collector = await startCollector();
  await using stack = await startStack({
    redisUrl: `${await redis()}/3`,
    env: {
      ...quiet,
      CLEW_TELEMETRY: 'on',
      CLEW_RENEW_MS: '1000',
      CLEW_SIGN_IN_RATE: '100000',
      CLEW_SIGN_IN_BURST: '100000',
      ...collector.env,
    },
    signal: stop,
  });
  const edge = stack.edges[0]!.grpcAddress;
  await visit(8, edge, { playMs: 3_000 }, stop); // whatever is made when it is first needed
  await settled(collector.spans, stop);
  const before = completeTraces(collector.spans);
  say(`${FEW} players come, play and leave …`);
  const joined = await visit(FEW, edge, { playMs: 1_500 }, stop);
  await settled(collector.spans, stop);
  const complete = completeTraces(collector.spans) - before;
  yield {
    figure: 'telemetry.trace_complete_ratio',
    value: round3(complete / joined),
    unit: '1',
    min: 0.99,
    conditions: { joins: joined, spans: collector.spans.length },
  };
  const few = await seriesOf(stack);
  say(`${few} series after ${FEW} players; ${MANY - FEW} more come …`);
  const more = await visit(MANY - FEW, edge, {}, stop);
  await visit(32, edge, { playMs: 1_500 }, stop);
  const many = await seriesOf(stack);
  yield {
    figure: 'telemetry.series_growth',
    value: many - few,
    unit: '1',
    max: 0,
    conditions: { players: FEW + more, seriesAfterFew: few, seriesAfterMany: many },
  };
}

/** CPU of simulation and edge. */
function cpuOf(stack: Stack): number {
  return [...stack.of('simulation'), ...stack.edges].reduce((sum, { pid }) => sum + (pid ? cpuMs(pid) : 0), 0);
}

async function seatsOf(stack: Stack): Promise<number> {
  const response = await fetch(`${stack.of('simulation')[0]!.opsUrl}/statusz`);
  const { seats } = (await response.json()) as { seats: { attached: number } };
  return seats.attached;
}

/** Asks every service as Prometheus does, until disposed. */
function scraping(stack: Stack): Disposable {
  const timer = setInterval(() => void seriesOf(stack).catch(() => 0), SCRAPE_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function seriesOf(stack: Stack): Promise<number> {
  const pages = stack.services.map(async ({ opsUrl }) => (await fetch(`${opsUrl}/metrics`)).text());
  const lines = (await Promise.all(pages)).flatMap((page) => page.split('\n'));
  return lines.filter((line) => line !== '' && !line.startsWith('#')).length;
}

/** Traces of joins that hold all that a join passes through. */
function completeTraces(spans: readonly CollectedSpan[]): number {
  const wanted = ['edge', 'session', 'matchmaking', 'simulation', 'redis'];
  const traces = Map.groupBy(spans, ({ traceId }) => traceId).values();
  const held = [...traces].map(
    (trace) => new Set(trace.flatMap(({ service, isRedis }) => (isRedis ? [service, 'redis'] : [service]))),
  );
  return held.filter((parts) => wanted.every((part) => parts.has(part))).length;
}

/** Until no span came for two seconds. */
async function settled(spans: readonly CollectedSpan[], stop: AbortSignal): Promise<void> {
  for (let before = -1; before !== spans.length; ) {
    before = spans.length;
    await pause(2_000, undefined, { signal: stop });
  }
}

const round3 = (value: number) => Math.round(value * 1_000) / 1_000;
