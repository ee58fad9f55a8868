/** `npm run soak`: the churn for as long as one likes, drawn. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import logUpdate from 'log-update';
import { runScript, SetupFault, toolEnvironment } from '../../tools/setup.mjs';
import { findRedis } from '../../tools/start/redis-server.ts';
import { stopRequest } from '../../tools/start/stop-request.ts';
import { Churn } from '../churn/churn.ts';
import { leftBehind } from '../churn/observation.ts';
import { chart } from './chart.ts';
import { parseFlags, type SoakFlags } from './flags.ts';
import { SoakRecord } from './soak-record.ts';

const SAMPLE_MS = 2_000;
const SESSIONS_PER_ROUND = 1_500;
const LEAST_PER_ROUND = 20;

const say = (line: string) => console.error(line);

runScript('npm run soak', async () => {
  const parsed = parseFlags(process.argv.slice(2));
  if (parsed.kind === 'help') return void process.stdout.write(parsed.text);
  if (parsed.kind === 'fault') throw new SetupFault(parsed.message);
  const stop = stopRequest(process, () => process.exit(1));
  const left = await soak(parsed.flags, stop);
  for (const { name, before, after } of left) console.log(`left behind: ${name}: ${before} → ${after}`);
  if (left.length === 0) console.log('nothing was left behind');
  process.exit(left.length > 0 || stop.aborted ? 1 : 0);
});

async function soak({ minutes, svg }: SoakFlags, stop: AbortSignal) {
  await using owned = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'clew-soak-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  const observer = { line: () => undefined, died: (how: string) => say(`Redis died (${how})`) };
  const redis = await findRedis({ env: toolEnvironment(), folder, say, observer, signal: stop });
  owned.defer(() => redis.stop());
  say('starting the services …');
  const onLog = (name: string, line: string) => say(`${name} | ${line}`);
  const churn = owned.use(await Churn.start({ redisUrl: redis.url, say, signal: stop, onLog }));
  if (churn.obstacle !== undefined) say(`without "half-open": ${churn.obstacle}`);

  const sessionsOf = ({ share }: { readonly share: number }) =>
    Math.max(LEAST_PER_ROUND, (SESSIONS_PER_ROUND * share) / 100);
  const record = new SoakRecord();
  const sampling = new AbortController();
  const sampled = sampleUntil(sampling.signal, churn, record, svg);
  owned.defer(async () => {
    sampling.abort();
    await sampled;
  });

  record.phase = 'warming up';
  record.ended += lived(await churn.round(churn.ways, sessionsOf));
  const baseline = await churn.baseline();
  const endMs = performance.now() + minutes * 60_000;
  let rounds = 0;
  while (performance.now() < endMs && !stop.aborted) {
    rounds += 1;
    record.phase = `round ${rounds}`;
    const round = await churn.round(churn.ways, sessionsOf);
    record.ended += lived(round);
    record.failed += round.failed;
    for (const why of round.failures) record.note(why);
  }
  record.phase = 'waiting for what is left';
  const settled = await churn.settle(baseline);
  sampling.abort();
  await sampled;
  console.log(
    `${record.ended} sessions in ${rounds} rounds, ${record.failed} went otherwise than planned; drawn in ${svg}`,
  );
  for (const line of record.why()) console.log(`  ${line}`);
  return leftBehind(settled.counts, baseline.counts);
}

const lived = (round: { readonly lived: Readonly<Record<string, number>> }) =>
  Object.values(round.lived).reduce((sum, count) => sum + count, 0);

/** Draws as it goes: a soak that is stopped has its picture, too. */
async function sampleUntil(signal: AbortSignal, churn: Churn, record: SoakRecord, svg: string): Promise<void> {
  const isTerminal = process.stderr.isTTY;
  while (!signal.aborted) {
    await record.sample(churn.services).catch(() => {}); // a service that stands still answers the next time
    await writeFile(svg, chart('Clew: sessions that come and go', record.panels()));
    if (isTerminal) logUpdate(record.line());
    else say(record.line());
    await delay(SAMPLE_MS, undefined, { signal }).catch(() => {});
  }
  if (isTerminal) logUpdate.done();
}
