/** `npm run outage`: the outage of 2024-08-18, replayed. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import Table from 'cli-table3';
import { root, runScript, SetupFault, toolEnvironment } from '../setup.mjs';
import { findRedis } from '../start/redis-server.ts';
import { stopRequest } from '../start/stop-request.ts';
import { figuresTable, jsonLine, keepsBar } from './figures.ts';
import { type OutageFlags, parseFlags } from './flags.ts';
import { findWatchPrograms } from './programs.ts';
import { reportOf } from './report.ts';
import { figuresOf, type Results, timelineOf } from './results.ts';
import type { SceneRecord, Theatre } from './scene.ts';
import { clew } from './scenes/clew.ts';
import { healthy } from './scenes/healthy.ts';
import { hiddenLeak, skippedCleanupLeak } from './scenes/leaks.ts';
import { oldServer } from './scenes/old-server.ts';

const say = (line: string) => console.error(line);

runScript('npm run outage', async () => {
  const parsed = parseFlags(process.argv.slice(2));
  if (parsed.kind === 'help') return void process.stdout.write(parsed.text);
  if (parsed.kind === 'fault') throw new SetupFault(parsed.message);
  const { flags } = parsed;
  const stop = stopRequest(process, () => process.exit(1));
  const results = await play(flags, stop).catch((error) => {
    if (stop.aborted) throw new SetupFault('stopped before the end');
    throw error;
  });
  const figures = figuresOf(results);
  const report = resolve(root, flags.report);
  await mkdir(dirname(report), { recursive: true });
  await writeFile(
    report,
    reportOf(results, { date: new Date(), machine: `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}` }),
  );
  if (flags.json) for (const figure of figures) console.log(jsonLine(figure));
  else console.log(`${timelineTable(results)}\n${figuresTable(figures)}`);
  say(`report: ${report}`);
  process.exit(figures.every(keepsBar) ? 0 : 1);
});

/** One scene after the other, each with a Redis, a Prometheus and an Alertmanager of its own. */
async function play({ scenes, healthyMinutes }: OutageFlags, signal: AbortSignal): Promise<Results> {
  await using owned = new AsyncDisposableStack();
  let redis: { stop(): Promise<void> } | undefined;
  owned.defer(async () => redis?.stop());
  const theatre: Theatre = {
    programs: await findWatchPrograms(say, signal),
    signal,
    say,
    freshRedis: async () => {
      await redis?.stop();
      const folder = await mkdtemp(join(tmpdir(), 'clew-outage-'));
      owned.defer(() => rm(folder, { recursive: true, force: true }));
      const observer = { line: () => undefined, died: (how: string) => say(`Redis died (${how})`) };
      // A private one: scenes begin with an empty Redis.
      const env = { ...toolEnvironment(), CLEW_REDIS_URL: undefined };
      const running = await findRedis({ env, folder, say, observer, signal });
      redis = running;
      await running.answers;
      return running.url;
    },
  };
  const records: SceneRecord[] = [];
  const keep = <Played extends { record: SceneRecord }>(played: Played): Played => {
    records.push(played.record);
    return played;
  };
  let results: Results = { records };
  if (scenes.includes('old')) results = { ...results, old: keep(await oldServer(theatre)).figures };
  if (scenes.includes('clew')) results = { ...results, clew: keep(await clew(theatre)).figures };
  if (scenes.includes('skipped-cleanup')) {
    results = { ...results, leakSeconds: keep(await skippedCleanupLeak(theatre)).seconds ?? null };
  }
  if (scenes.includes('hidden-closure')) {
    results = { ...results, hiddenLeakSeconds: keep(await hiddenLeak(theatre)).seconds ?? null };
  }
  if (scenes.includes('healthy') && healthyMinutes > 0) {
    results = { ...results, healthy: keep(await healthy(theatre, healthyMinutes)).figures };
  }
  return results;
}

function timelineTable(results: Results): string {
  const table = new Table({
    head: ['', '2024-08-18', 'the old server, watched', 'Clew'],
    style: { head: [], border: [] },
  });
  for (const { what, real, old, clew } of timelineOf(results)) table.push([what, real, old, clew]);
  return table.toString();
}
