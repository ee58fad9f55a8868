import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientStats } from '@clew/client';
import { CELL } from '@clew/maze';
import type { Page } from 'playwright-core';
import { launchBrowser, tells, Visitor } from '../../integration-tests/browser/browser.ts';
import { walkTowardsExit } from '../../integration-tests/browser/walker.ts';
import { RoughLine } from '../../tools/line/rough-line.ts';
import { root, setUp } from '../../tools/setup.mjs';
import { freePorts } from '../../tools/start/ports.ts';
import { startStack } from '../../tools/start/stack.ts';
import type { Area, Bench, Figure } from '../area.ts';

/** The way there and back takes 150 ms longer, more or less 50. */
const LINE = { latencyMs: 150, jitterMs: 50, stallMs: 0 };
const WALK_MS = 60_000;
/** A processor may take long over the first picture of a maze of this size. */
const PATIENCE_MS = 120_000;
const STEPS = 20;
/** Between two steps: the figure stands still, and what it was told has arrived. */
const REST_MS = 600;
/** For screenshots; what is measured is drawn smaller, for a processor draws it. */
const VIEWPORT = { width: 1_280, height: 720 };

const env = {
  CLEW_LOG_LEVEL: 'warn',
  CLEW_MATCH_FILL_MS: '200',
  CLEW_RULES_MODE: 'labyrinth',
  CLEW_RULES_STARTING_TICKS: '40',
  CLEW_RULES_CLIMBING_TICKS_MAX: '100000',
  CLEW_RULES_AFTER_ARRIVAL_TICKS: '100000',
};

/** A labyrinth of a thousand, bots on all seats but one, played in Chromium by key presses over a bad network. */
export const browser: Area = {
  name: 'browser',
  about: 'a thousand in one maze, played in Chromium by key presses, 150 ms ± 50 away: what its player sees',
  async *measure(bench) {
    await setUp({ web: true, say: bench.say });
    const folder = join(root, '.clew/browser');
    await mkdir(folder, { recursive: true });
    await using owned = new AsyncDisposableStack();
    const [webPort, , door] = await freePorts(3); // the second is for native gRPC
    owned.use(await RoughLine.open('127.0.0.1', door!, LINE, { nearPort: webPort! }));
    const stack = owned.use(
      await startStack({
        redisUrl: await bench.redis(),
        env,
        webPort: webPort!,
        webDoors: [door!],
        signal: bench.stop,
      }),
    );
    const chromium = owned.adopt(await launchBrowser(), (launched) => launched.close());
    const visitor = owned.use(await Visitor.of(chromium, stack.edges[0]!.webUrl, ''));
    const page = await visitor.tab();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.fill('#player-name', 'Theseus');
    await page.click('#play');
    bench.say('Theseus waits for a labyrinth …');
    await tells(page, 'state', 'seated');
    await tells(page, 'phase', '2');
    yield* played(page, folder, bench);
    if (visitor.complaints.length > 0) throw new Error(`the page complains: ${visitor.complaints.join('; ')}`);
  },
};

async function* played(page: Page, folder: string, { say, stop }: Bench): AsyncGenerator<Figure> {
  say(`walks for ${WALK_MS / 1_000} s …`);
  await page.evaluate(() => {
    const inSight: number[] = [];
    setInterval(() => inSight.push(window.clew.others().length), 500);
    Object.assign(window, { clewInSight: inSight });
  });
  const before = await statsOf(page);
  const begunMs = performance.now();
  const picture = async (name: string) => {
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    say(path);
  };
  await walkTowardsExit(page, WALK_MS);
  const after = await statsOf(page);
  const seconds = (performance.now() - begunMs) / 1_000;
  stop.throwIfAborted();
  const inSight = await page.evaluate(() => (window as unknown as { clewInSight: number[] }).clewInSight);
  yield* figures(before, after, seconds, inSight);
  yield* ownMovement(await takeSteps(page, stop));
  await page.setViewportSize(VIEWPORT);
  await picture('standing');
  const walking = walkTowardsExit(page, 8_000);
  await wait(5_000, undefined, { signal: stop });
  await picture('walking');
  await walking;
}

function* figures(
  before: ClientStats,
  after: ClientStats,
  seconds: number,
  inSight: readonly number[],
): Generator<Figure> {
  const passed = (name: 'frames' | 'framesLate' | 'samplesBetween' | 'samplesHeld' | 'corrections' | 'inputs') =>
    after[name] - before[name];
  const pictures = passed('samplesBetween') + passed('samplesHeld');
  const conditions = {
    ...{ latencyMs: LINE.latencyMs, jitterMs: LINE.jitterMs, seconds: rounded(seconds) },
    picturesPerSecond: rounded(pictures / seconds),
    othersInSightMean: rounded(inSight.reduce((sum, others) => sum + others, 0) / inSight.length),
    othersInSightMax: Math.max(...inSight),
    ...{ frames: passed('frames'), gaps: after.gaps, hashMismatches: after.hashMismatches },
  };
  yield {
    figure: 'browser.correction_cells_p99',
    value: rounded(after.correctionUnits.p99 / CELL),
    unit: 'cells',
    conditions: {
      ...{ corrections: passed('corrections'), inputs: passed('inputs') },
      ...{ cellsP50: rounded(after.correctionUnits.p50 / CELL), cellsMax: rounded(after.correctionUnits.max / CELL) },
    },
  };
  yield {
    figure: 'browser.interpolated_share',
    value: rounded(passed('samplesBetween') / pictures),
    unit: '1',
    conditions,
  };
  yield {
    figure: 'browser.frames_late_share',
    value: rounded(passed('framesLate') / passed('frames')),
    unit: '1',
    conditions: { frames: passed('frames'), framesLate: passed('framesLate') },
  };
  yield {
    figure: 'browser.latency_ms_p50',
    value: rounded(after.latencyMs.p50),
    unit: 'ms',
    conditions: { p99: rounded(after.latencyMs.p99), samples: after.latencyMs.count },
  };
}

/** A step of the own figure: from the key's press to the picture in which it has moved. */
interface OwnStep {
  readonly ms: number;
  /** That picture included. */
  readonly pictures: number;
}

/** By the page's own clock. */
async function takeSteps(page: Page, stop: AbortSignal): Promise<OwnStep[]> {
  await page.evaluate(() => {
    const steps: OwnStep[] = [];
    let pressed: { atMs: number; x: number; y: number; pictures: number } | undefined;
    addEventListener(
      'keydown',
      ({ repeat }) => {
        const pose = window.clew.pose();
        if (!repeat && pose !== undefined) pressed = { atMs: performance.now(), x: pose.x, y: pose.y, pictures: 0 };
      },
      true,
    );
    const look = () => {
      const pose = window.clew.pose();
      if (pressed !== undefined && pose !== undefined) {
        pressed.pictures += 1;
        if (pose.x !== pressed.x || pose.y !== pressed.y) {
          steps.push({ ms: performance.now() - pressed.atMs, pictures: pressed.pictures });
          pressed = undefined;
        }
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    Object.assign(window, { clewSteps: steps });
  });
  for (let step = 0; step < STEPS; step += 1) {
    // To and fro, so that there is room for each.
    const key = step % 2 === 0 ? 'KeyW' : 'KeyS';
    await page.keyboard.down(key);
    await wait(REST_MS / 2, undefined, { signal: stop });
    await page.keyboard.up(key);
    await wait(REST_MS, undefined, { signal: stop });
  }
  return page.evaluate(() => (window as unknown as { clewSteps: OwnStep[] }).clewSteps);
}

function* ownMovement(steps: readonly OwnStep[]): Generator<Figure> {
  const median = (values: readonly number[]) =>
    rounded(values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN);
  const ms = steps.map((step) => step.ms);
  const pictures = steps.map((step) => step.pictures);
  const conditions = {
    ...{ steps: steps.length, longestMs: rounded(Math.max(...ms)) },
    ...{ picturesP50: median(pictures), picturesMax: Math.max(...pictures) },
  };
  yield { figure: 'browser.own_movement_ms_p50', value: median(ms), unit: 'ms', conditions };
}

async function statsOf(page: Page): Promise<ClientStats> {
  return (await page.evaluate(() => window.clew.stats())) as ClientStats;
}

const rounded = (value: number) => Math.round(value * 1_000) / 1_000;
