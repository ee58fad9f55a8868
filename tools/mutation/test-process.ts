/**
 * One test file in a process of its own, watched while it runs: it is ended at its first failure, and when it makes no
 * progress any more. What hangs has noticed something too: a test that waits for what never comes, or a process that still
 * holds a timer or a socket when its tests are over.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a test file runs when nothing is wrong. */
export interface Trace {
  /** Of its tests, in their order; only the outermost. */
  readonly names: readonly string[];
  /** From the news before to the news of a test, by its name; of all tests, within suites too. */
  readonly testMs: ReadonlyMap<string, number>;
  /** From the start to the first news. */
  readonly startMs: number;
  /** From the last test to the end of the process. */
  readonly tailMs: number;
}

export type TestOutcome =
  | { readonly kind: 'passed'; readonly trace: Trace }
  /** `test` is what failed; none when the file did. */
  | { readonly kind: 'failed'; readonly test: string | undefined; readonly output: string }
  | { readonly kind: 'hung'; readonly test: string | undefined };

export interface TestProcess {
  readonly file: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How it runs when nothing is wrong; without it, patience is long. */
  readonly usual?: Trace | undefined;
  /** Known to fail or to hang: there is little to wait for. `usual`, if there is one, is of just now. */
  readonly isSure?: boolean | undefined;
  /** Only tests of these names; all without. */
  readonly tests?: readonly string[] | undefined;
  /** Flags for Node. */
  readonly flags?: readonly string[];
  readonly signal: AbortSignal;
}

/** Patience: some times as long as usual, and a pause for a machine that is busy. */
const patient = { times: 4, pauseMs: 4_000, tailPauseMs: 3_000, unknownMs: 120_000 };
const sure = { times: 1, pauseMs: 2_000, tailPauseMs: 2_000, unknownMs: 30_000 };
const OUTPUT_CHARACTERS = 4_000;

export async function runTestFile(options: TestProcess): Promise<TestOutcome> {
  const { file, folder, env, usual, isSure = false, tests, flags = [], signal } = options;
  const { times, pauseMs, tailPauseMs, unknownMs } = isSure ? sure : patient;
  signal.throwIfAborted();
  const only = (tests ?? []).map((name) => `--test-name-pattern=^${RegExp.escape(name)}$`);
  const child = spawn(process.execPath, [...flags, '--test-reporter=tap', ...only, file], {
    cwd: folder,
    env,
    detached: true, // a group of its own: tests start processes too
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {} // gone already
  };
  signal.addEventListener('abort', end);

  const begunMs = performance.now();
  let lastMs = begunMs;
  const names: string[] = [];
  /** What was told of last, within suites too. */
  let last: string | undefined;
  const testMs = new Map<string, number>();
  let failed: string | undefined;
  let hung = false;
  let output = '';
  const patienceMs = () => {
    if (usual === undefined) return unknownMs;
    const areOver = tests === undefined && names.length === usual.names.length;
    return areOver ? times * usual.tailMs + tailPauseMs : times * longestMs(usual, tests) + pauseMs;
  };
  const watch = setInterval(() => {
    if (performance.now() - lastMs < patienceMs()) return;
    hung = true;
    end();
  }, 100);

  const keep = (line: string) => {
    output = `${output}${line}\n`.slice(-OUTPUT_CHARACTERS);
  };
  createInterface(child.stderr).on('line', keep);
  createInterface(child.stdout).on('line', (line) => {
    const told = /^( *)(not )?ok \d+ - (.*?)(?: # (TODO|SKIP).*)?$/.exec(line);
    if (told === null) return keep(line);
    const [, indent, not, name, directive] = told;
    const nowMs = performance.now();
    testMs.set(unescaped(name!), Math.max(testMs.get(unescaped(name!)) ?? 0, nowMs - lastMs));
    lastMs = nowMs;
    last = unescaped(name!);
    if (not && directive === undefined && failed === undefined) {
      failed = unescaped(name!);
      if (usual !== undefined || isSure) end(); // or else its reasons are wanted
    } else if (indent === '' && directive !== 'SKIP') {
      names.push(unescaped(name!));
    }
  });

  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on('close', resolve).on('error', () => resolve(1));
  const code = await promise;
  clearInterval(watch);
  signal.removeEventListener('abort', end);
  end(); // what the tests left running
  signal.throwIfAborted();
  // A file that cannot even be loaded fails under its own name.
  if (failed !== undefined) return { kind: 'failed', test: file.endsWith(failed) ? undefined : failed, output };
  if (hung) return { kind: 'hung', test: usual && following(usual, last, tests) };
  if (code !== 0) return { kind: 'failed', test: undefined, output };
  const [startMs = 0] = testMs.values();
  return { kind: 'passed', trace: { names, testMs, startMs, tailMs: performance.now() - lastMs } };
}

/** The test that was under way, by the order in which they are usually told of; a suite is told of after its tests. */
function following(usual: Trace, last: string | undefined, tests: readonly string[] | undefined): string | undefined {
  const order = [...usual.testMs.keys()];
  if (last !== undefined) return order[order.indexOf(last) + 1];
  const outermost = tests?.[0] ?? usual.names[0];
  const before = usual.names[usual.names.indexOf(outermost ?? '') - 1];
  if (outermost === undefined || !usual.names.includes(outermost)) return outermost;
  return order[before === undefined ? 0 : order.indexOf(before) + 1];
}

/** What may pass without news, at most: the longest of these tests, and the start before the first. */
function longestMs({ testMs, startMs }: Trace, tests: readonly string[] | undefined): number {
  const times = tests === undefined ? [...testMs.values()] : tests.map((name) => testMs.get(name) ?? 0);
  return startMs + Math.max(0, ...times);
}

/** TAP writes # and \ with a \ before them. */
function unescaped(name: string): string {
  return name.replace(/\\([#\\])/g, '$1');
}
