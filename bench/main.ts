/** `npm run bench -- AREA`: figures of this machine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript, SetupFault, toolEnvironment } from '../tools/setup.mjs';
import { findRedis } from '../tools/start/redis-server.ts';
import { stopRequest } from '../tools/start/stop-request.ts';
import type { Area, Figure } from './area.ts';
import { areas } from './areas.ts';
import { parseFlags } from './flags.ts';
import { preparePeer } from './peers.ts';
import { figuresTable, jsonLine } from './report.ts';

const say = (line: string) => console.error(line);

runScript('npm run bench', async () => {
  const parsed = parseFlags(process.argv.slice(2), areas);
  if (parsed.kind === 'help') return void process.stdout.write(parsed.text);
  if (parsed.kind === 'fault') throw new SetupFault(parsed.message);
  const stop = stopRequest(process, () => process.exit(1));
  const figures: Figure[] = [];
  try {
    for await (const figure of measure(parsed.area, stop)) {
      // What was measured while everything stops is no figure.
      stop.throwIfAborted();
      figures.push(figure);
      if (parsed.json) console.log(jsonLine(figure));
    }
    stop.throwIfAborted();
  } catch (thrown) {
    if (!stop.aborted) throw thrown;
    say('stopped');
    process.exit(1);
  }
  if (!parsed.json) console.log(figuresTable(figures));
  process.exit(0);
});

/** Measures an area, with a Redis of its own where it asks for one. */
async function* measure(area: Area, stop: AbortSignal): AsyncGenerator<Figure> {
  await using owned = new AsyncDisposableStack();
  let redisUrl: Promise<string> | undefined;
  const startRedis = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'clew-bench-'));
    owned.defer(() => rm(folder, { recursive: true, force: true }));
    const observer = { line: () => undefined, died: (how: string) => say(`Redis died (${how})`) };
    const redis = await findRedis({ env: toolEnvironment(), folder, say, observer, signal: stop });
    owned.defer(() => redis.stop());
    await redis.answers;
    return redis.url;
  };
  yield* area.measure({
    stop,
    say,
    peer: (name) => preparePeer(name, say, { signal: stop }),
    redis: () => {
      redisUrl ??= startRedis();
      return redisUrl;
    },
  });
}
