import { setTimeout as pause } from 'node:timers/promises';
import { startStack } from '../../tools/start/stack.ts';
import type { Bench, Figure } from '../area.ts';
import { type CollectedSpan, startCollector } from './collector.ts';
import { scrape } from './series.ts';
import { passBy, visit } from './visitors.ts';

const FEW = 100;
const MANY = 10_000;
/** Whatever is made when it is first needed is there after so many. */
const FIRST = 8;
const PLAY_MS = 1_500;
const RATE = '100000';

/** Whether what is told of players is whole (traces), and does not grow with them (series). */
export async function* measureBounds({ redis, say, stop }: Bench): AsyncGenerator<Figure> {
  await using collector = await startCollector();
  await using stack = await startStack({
    redisUrl: `${await redis()}/0`,
    env: {
      ...{ CLEW_LOG_LEVEL: 'warn', CLEW_MATCH_FILL_MS: '500', CLEW_TELEMETRY: 'on' },
      ...{ CLEW_RENEW_MS: '1000', CLEW_SIGN_IN_RATE: RATE, CLEW_SIGN_IN_BURST: RATE },
      ...collector.env,
    },
    signal: stop,
  });
  const edge = stack.edges[0]!.grpcAddress;
  await visit({ players: FIRST, edge, playMs: 2 * PLAY_MS }, stop);
  await passBy(FIRST, edge, stop);
  await settled(collector.spans, stop);
  const before = completeTraces(collector.spans);
  say(`${FEW} players come, play and leave …`);
  const joins = await visit({ players: FEW, edge, playMs: PLAY_MS }, stop);
  await settled(collector.spans, stop);
  yield {
    figure: 'telemetry.trace_complete_ratio',
    value: Math.round(((completeTraces(collector.spans) - before) / joins) * 1_000) / 1_000,
    unit: '1',
    min: 0.99,
    conditions: { joins, spans: collector.spans.length },
  };
  const few = new Set(await scrape(stack));
  const more = MANY - FEW - 2 * FIRST;
  say(`${few.size} series after ${FEW + 2 * FIRST} players; ${more} more come …`);
  for (let came = 0; came < more; ) {
    const next = Math.min(1_000, more - came);
    await passBy(next, edge, stop);
    came += next;
    say(`  ${came} came`);
  }
  const many = new Set(await scrape(stack));
  for (const one of many.difference(few)) say(`  new: ${one}`);
  yield {
    figure: 'telemetry.series_growth',
    value: many.size - few.size,
    unit: '1',
    max: 0,
    conditions: { players: MANY, seriesAfterFew: few.size, seriesAfterMany: many.size },
  };
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
