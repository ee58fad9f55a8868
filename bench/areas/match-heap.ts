import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { root } from '../../tools/setup.mjs';
import { freePorts } from '../../tools/start/ports.ts';
import { startStack } from '../../tools/start/stack.ts';
import type { Bench, Figure } from '../area.ts';
import { fitLine } from '../churn/line-fit.ts';
import { probe } from '../churn/probe/report.ts';
import { Mill } from '../matches/mill.ts';

const ROOM = 8;
const AT_ONCE = 100;
const SETTLED_MS_MAX = 30_000;
/**
 * Code is on the heap too: V8 compiles it by and by, for ten thousand matches and more, forgets and compiles it again, which is
 * some hundred kilobytes up and down. Interpreted, the same work leaves what matches leave.
 */
const codeArgs = ['--no-flush-bytecode', '--no-sparkplug', '--no-maglev', '--no-opt'];

export interface HeapTerms {
  /** Matches before figures begin: code is compiled, pools and buffers have their size. */
  readonly warmUp: number;
  readonly samples: number;
  readonly matchesPerSample: number;
}

const usual: HeapTerms = { warmUp: 3_000, samples: 20, matchesPerSample: 500 };

/** Matches of two seconds at most: what they leave is the same, and 13,000 of them are over in some minutes. */
const env = {
  CLEW_LOG_LEVEL: 'error',
  CLEW_RULES_SEATS: String(ROOM),
  CLEW_RULES_LEVELS: '1',
  CLEW_RULES_STARTING_TICKS: '2',
  CLEW_RULES_CLIMBING_TICKS_MAX: '20',
  CLEW_RULES_SCORING_TICKS: '2',
  CLEW_MATCH_FINISHED_MS: '0',
};

/** What a simulation still holds of matches that are over: heap after forced collections, over so many matches. */
export async function* measureMatchHeap(bench: Bench, terms = usual): AsyncGenerator<Figure> {
  const { warmUp, samples, matchesPerSample } = terms;
  await using owned = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'clew-matches-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  const socketPath = join(folder, 'probe.sock');
  const [trunkPort] = await freePorts(1);
  const probed = { CLEW_PROBE_SOCKET: socketPath, CLEW_TRUNK_PORT: String(trunkPort) };
  const isProbed = (name: string) => name.startsWith('simulation');
  const probeArgs = ['--expose-gc', ...codeArgs, '--import', join(root, 'bench/churn/probe/main.ts')];
  const stack = owned.use(
    await startStack({
      redisUrl: await bench.redis(),
      env: (name) => ({ ...env, ...(isProbed(name) ? probed : {}) }),
      nodeArgs: (name) => (isProbed(name) ? probeArgs : []),
      signal: bench.stop,
    }),
  );
  const simulation = stack.of('simulation')[0]!;
  const trunkAddress = `127.0.0.1:${trunkPort}`;
  const mill = owned.use(
    new Mill({ controlAddress: simulation.grpcAddress, trunkAddress, room: ROOM, atOnce: AT_ONCE }),
  );
  const held = async () => {
    await settled(simulation.opsUrl, bench.stop);
    return (await probe(socketPath)).heapBytes;
  };

  bench.say(`${warmUp.toLocaleString('en')} matches come and go, for warm-up …`);
  await mill.grind(warmUp, bench.stop);
  await held(); // what the probe itself needs is there from now on
  const points: [matches: number, bytes: number][] = [[0, await held()]];
  for (let sample = 1; sample <= samples; sample++) {
    await mill.grind(matchesPerSample, bench.stop);
    points.push([sample * matchesPerSample, await held()]);
    const [matches, bytes] = points.at(-1)!;
    bench.say(`${matches.toLocaleString('en')} matches over: ${bytes.toLocaleString('en')} bytes of heap`);
  }
  const { slope, high } = fitLine(points);
  const value = Math.round(high * 10) / 10;
  const conditions = {
    ...{ matches: samples * matchesPerSample, warmUp, room: ROOM, slope: Math.round(slope * 10) / 10 },
    ...{ firstBytes: points[0]![1], lastBytes: points.at(-1)![1] },
  };
  yield { figure: 'simulation.heap_bytes_per_match', value, unit: 'bytes', max: 64, conditions };
}

/** Resolves when nothing of any match is held on purpose: no seat, no channel, nothing left to write down. */
async function settled(opsUrl: string, stop: AbortSignal): Promise<void> {
  const untilMs = performance.now() + SETTLED_MS_MAX;
  for (;;) {
    const response = await fetch(`${opsUrl}/statusz`, { signal: stop });
    const { collections } = (await response.json()) as { collections: { name: string; size: number }[] };
    const held = collections.filter(({ name, size }) => /matches|seats|channels|inputs|journal/.test(name) && size > 0);
    if (held.length === 0) return;
    if (performance.now() > untilMs) throw new Error(`it still holds ${held.map(({ name }) => name).join(', ')}`);
    await wait(100, undefined, { signal: stop });
  }
}
