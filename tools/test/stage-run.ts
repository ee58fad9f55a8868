/** One stage of the tests: node's own runner, a process for each file, its own report. */
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { root } from '../setup.mjs';

export interface StageOptions {
  readonly files: readonly string[];
  /** Files that run at once; without it as many as there are processors. */
  readonly concurrency?: number;
  /** Bound of one file. */
  readonly fileMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly name: string | undefined;
  readonly signal: AbortSignal;
}

/** How many tests a stage had, and what became of them. */
export interface Totals {
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** "file: name" of what failed. */
  readonly failures: readonly string[];
}

export const noTotals: Totals = { tests: 0, passed: 0, failed: 0, skipped: 0, failures: [] };

export function addTotals(one: Totals, other: Totals): Totals {
  return {
    tests: one.tests + other.tests,
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    failures: [...one.failures, ...other.failures],
  };
}

export async function runStage({ files, concurrency, fileMs, env, name, signal }: StageOptions): Promise<Totals> {
  let totals: Totals | undefined;
  const failures: string[] = [];
  const events = run({
    files: [...files],
    cwd: root,
    concurrency: concurrency ?? availableParallelism(),
    timeout: fileMs,
    env: { ...env, CLEW_TEST_FILE_MS: String(fileMs) },
    execArgv: ['--import', fileURLToPath(new URL('./file-bound.ts', import.meta.url))],
    signal,
    ...(name === undefined ? {} : { testNamePatterns: [name] }),
  });
  events.on('test:summary', ({ file, counts: { tests, passed, skipped, todo } }) => {
    if (file !== undefined) return; // Of one file; the last one is of all.
    totals = { tests, passed, failed: tests - passed - skipped - todo, skipped: skipped + todo, failures };
  });
  events.on('test:fail', ({ name: test, file, details, todo, skip }) => {
    if (details.type !== 'suite' && !todo && !skip) failures.push(`${file ? relative(root, file) : ''}: ${test}`);
  });
  const report = events.compose(spec);
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return totals ?? { ...noTotals, failed: 1, failures };
}
