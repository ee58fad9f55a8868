/**
 * A place where mutants are tried, one at a time: a copy of the tree with the mutant, one without, and a Redis of its own,
 * which is replaced whenever a test was ended in the middle: nobody knows how it left it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolEnvironment } from '../setup.mjs';
import { findRedis, type RunningRedis } from '../start/redis-server.ts';
import { Hits, type Places, type ReachedPlaces } from './hits.ts';
import { runTestFile, type TestOutcome, type TestProcess } from './test-process.ts';
import { copyTree, type TreeCopy } from './tree-copy.ts';

export interface WorkerOptions {
  readonly root: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export type Runs = Pick<TestProcess, 'usual' | 'tests' | 'isSure'>;

export class Worker implements AsyncDisposable {
  readonly #options: WorkerOptions;
  readonly #mutated: TreeCopy;
  readonly #intact: TreeCopy;
  readonly #data = mkdtempSync(join(tmpdir(), 'clew-mutants-redis-'));
  #redis: RunningRedis | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#mutated = copyTree(options.root);
    this.#intact = copyTree(options.root);
  }

  /** Puts a text into a file of the copy until disposed. */
  mutate(path: string, mutated: string, original: string): Disposable {
    this.#mutated.write(path, mutated);
    return { [Symbol.dispose]: () => this.#mutated.write(path, original) };
  }

  /** A test file, or some tests of it, against the mutant. */
  run(file: string, how: Runs = {}): Promise<TestOutcome> {
    return this.#run(this.#mutated.folder, { file, ...how });
  }

  /** The same without the mutant. */
  runIntact(file: string, how: Runs = {}): Promise<TestOutcome> {
    return this.#run(this.#intact.folder, { file, ...how });
  }

  /** A test file as it runs when nothing is wrong, and which places it reaches. */
  async measure(file: string, places: Places): Promise<{ outcome: TestOutcome; reached: ReachedPlaces }> {
    const hits = new Hits(this.#intact.folder, places);
    using _ = hits;
    const outcome = await this.#run(this.#intact.folder, { file, flags: hits.flags, env: hits.env });
    return { outcome, reached: hits.read() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#redis?.stop();
    rmSync(this.#data, { recursive: true, force: true });
    this.#mutated[Symbol.dispose]();
    this.#intact[Symbol.dispose]();
  }

  async #run(folder: string, run: Pick<TestProcess, 'file'> & Partial<TestProcess>): Promise<TestOutcome> {
    const { signal } = this.#options;
    const env = { ...toolEnvironment(), ...run.env, NO_COLOR: '1' };
    if (!run.file.endsWith('.redis.test.ts')) return runTestFile({ folder, signal, ...run, env });
    const CLEW_TEST_REDIS_URL = await this.#redisUrl();
    const outcome = await runTestFile({ folder, signal, ...run, env: { ...env, CLEW_TEST_REDIS_URL } });
    if (outcome.kind !== 'passed') await this.#replaceRedis();
    return outcome;
  }

  async #redisUrl(): Promise<string> {
    this.#redis ??= await this.#startRedis();
    return this.#redis.url;
  }

  async #startRedis(): Promise<RunningRedis> {
    const { say, signal } = this.#options;
    const observer = { line: () => undefined, died: (how: string) => say(`Redis died (${how})`) };
    const redis = await findRedis({ env: toolEnvironment(), folder: this.#data, say, observer, signal });
    await redis.answers;
    return redis;
  }

  async #replaceRedis(): Promise<void> {
    await this.#redis?.stop();
    this.#redis = undefined;
    rmSync(this.#data, { recursive: true, force: true });
  }
}
