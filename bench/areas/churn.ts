import type { Area, Bench, Figure } from '../area.ts';
import { Churn, type Round } from '../churn/churn.ts';
import type { Way } from '../churn/clients/ways.ts';
import { fitLine } from '../churn/line-fit.ts';
import { leftBehind, type Observation } from '../churn/observation.ts';

const ROUNDS = 6;
const SESSIONS_PER_ROUND = 17_000;
/** Of the rarest way: six rounds make more than a thousand, though some go otherwise than planned. */
const LEAST_PER_ROUND = 175;

/** Sessions that end in every way there is, and what is left of them. */
export const churn: Area = {
  name: 'churn',
  about: `${(ROUNDS * SESSIONS_PER_ROUND).toLocaleString('en')} sessions end in every way, over all doors: what is left?`,
  measure: (bench) => measureChurn(bench, { rounds: ROUNDS, sessions: SESSIONS_PER_ROUND, least: LEAST_PER_ROUND }),
};

export async function* measureChurn(
  bench: Pick<Bench, 'say' | 'stop' | 'redis'>,
  { rounds, sessions, least }: { readonly rounds: number; readonly sessions: number; readonly least: number },
): AsyncGenerator<Figure> {
  const { say, stop: signal } = bench;
  say('starting the services …');
  await using churned = await Churn.start({
    redisUrl: await bench.redis(),
    say,
    signal,
    onLog: (name, line) => say(`${name} | ${line}`),
  });
  if (churned.obstacle !== undefined) say(`without "half-open": ${churned.obstacle}`);
  const sessionsOf = ({ share }: Way) => Math.max(least, Math.round((sessions * share) / 100));

  const samples: { ended: number; observation: Observation }[] = [];
  const total: Record<string, number> = {};
  const failures: string[] = [];
  let [failed, ended, cutMsMax, keysWithoutTtl] = [0, 0, 0, 0];
  let baseline: Observation | undefined;
  await churned.warmUpProbes();
  const createdBefore = await churned.counted('session.created');
  for (let number = 0; number <= rounds; number += 1) {
    const startMs = performance.now();
    const round = await churned.round(churned.ways, sessionsOf);
    const roundS = (performance.now() - startMs) / 1_000;
    const observation = await (baseline === undefined ? churned.baseline() : churned.settle(baseline));
    const lived = sum(round);
    const left = baseline === undefined ? [] : leftBehind(observation.counts, baseline.counts);
    say(
      `${number === 0 ? 'warm-up' : `round ${number} of ${rounds}`}: ${lived} sessions in ${roundS.toFixed(0)} s, settled after ` +
        `${((performance.now() - startMs) / 1_000 - roundS).toFixed(0)} s; failed ${round.failed}; stalled readers cut within ` +
        `${((round.cutMs ?? 0) / 1_000).toFixed(1)} s; left behind ${left.length}; heap ` +
        Object.entries(observation.heapBytes)
          .map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(2)}`)
          .join(', '),
    );
    for (const { name, before, after } of left) say(`  left behind: ${name}: ${before} → ${after}`);
    for (const why of round.failures.slice(0, 10)) say(`  failed: ${why}`);
    failed += round.failed;
    failures.push(...round.failures);
    cutMsMax = Math.max(cutMsMax, round.cutMs ?? 0);
    keysWithoutTtl = Math.max(keysWithoutTtl, observation.counts['redis keys without TTL'] ?? 0);
    if (number > 0) {
      ended += lived;
      for (const [way, count] of Object.entries(round.lived)) total[way] = (total[way] ?? 0) + count;
    }
    samples.push({ ended, observation });
    baseline ??= observation;
  }
  const last = samples.at(-1)!.observation;
  const left = leftBehind(last.counts, baseline!.counts);
  const created = (await churned.counted('session.created')) - createdBefore;

  const figure = (
    name: string,
    value: number,
    unit: string,
    bar: object,
    conditions?: Figure['conditions'],
  ): Figure => ({
    figure: `churn.${name}`,
    value,
    unit,
    ...bar,
    ...(conditions === undefined ? {} : { conditions }),
  });
  yield figure('sessions', ended, '1', { min: 100_000 }, { createdWithWarmUp: created, failed, ...total });
  yield figure('sessions_least_way', Math.min(...Object.values(total)), '1', { min: 1_000 });
  const slopes: Record<string, string> = {};
  let high = Number.NEGATIVE_INFINITY;
  for (const name of Object.keys(last.heapBytes)) {
    const fit = fitLine(samples.map(({ ended, observation }) => [ended, observation.heapBytes[name]!]));
    slopes[name] = `${fit.slope.toFixed(2)} [${fit.low.toFixed(2)}, ${fit.high.toFixed(2)}]`;
    high = Math.max(high, fit.high);
  }
  yield figure('heap_bytes_per_session_high', high, 'B', { max: 8 }, slopes);
  yield figure(
    'left_behind',
    left.reduce((all, { before, after }) => all + after - before, 0),
    '1',
    { max: 0 },
    {
      counts: Object.keys(last.counts).length,
      ...Object.fromEntries(left.map(({ name, before, after }) => [name, `${before} → ${after}`])),
    },
  );
  yield figure('keys_without_ttl', keysWithoutTtl, '1', { max: 0 });
  yield figure('stalled_reader_cut_ms_max', Math.round(cutMsMax), 'ms', { max: 10_000 });
}

const sum = ({ lived }: Round) => Object.values(lived).reduce((all, count) => all + count, 0);
