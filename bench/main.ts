/** `npm run bench -- AREA`: figures of this machine. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { root, runScript, SetupFault } from '../tools/setup.mjs';
import { stopRequest } from '../tools/start/stop-request.ts';
import type { Area, Bench, Figure } from './area.ts';
import { areas } from './areas.ts';
import { type BenchFlags, parseFlags } from './flags.ts';
import { OwnBench } from './own-bench.ts';
import { figuresTable, jsonLine } from './report.ts';

const say = (line: string) => console.error(line);

runScript('npm run bench', async () => {
  const parsed = parseFlags(process.argv.slice(2), areas);
  if (parsed.kind === 'help') return void process.stdout.write(parsed.text);
  if (parsed.kind === 'fault') throw new SetupFault(parsed.message);
  const stop = stopRequest(process, () => process.exit(1));
  const figures: Figure[] = [];
  try {
    await using own = new OwnBench(stop, say);
    if (parsed.profile) await parsed.area.profile?.(own, await profilesFolder(parsed.area));
    else {
      for await (const figure of measure(parsed, own)) {
        // What was measured while everything stops is no figure.
        stop.throwIfAborted();
        figures.push(figure);
        if (parsed.json) console.log(jsonLine(figure));
      }
    }
    stop.throwIfAborted();
  } catch (thrown) {
    if (!stop.aborted) throw thrown;
    say('stopped');
    process.exit(1);
  }
  if (!parsed.json && !parsed.profile) console.log(figuresTable(figures));
  process.exit(0);
});

/** The parts that were asked for, or all of the area. */
async function* measure({ area, only }: BenchFlags, bench: Bench): AsyncGenerator<Figure> {
  if (only.length === 0) yield* area.measure(bench);
  else for (const part of only) yield* area.parts![part]!(bench);
}

/** A new one for each run. */
async function profilesFolder({ name }: Area): Promise<string> {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const folder = join(root, '.clew/profiles', `${name}-${time}`);
  await mkdir(folder, { recursive: true });
  return folder;
}
