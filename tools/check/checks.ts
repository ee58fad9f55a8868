/** What `npm run check` checks, side by side: style, types, protos, and the rules of the house (tools/tidy). */

import { join } from 'node:path';
import { colors } from '../colors.ts';
import { run } from '../machine/command.ts';
import { node, root, toolEnvironment } from '../setup.mjs';

export interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** What the tool said. */
  readonly output: string;
}

/** All checks; the protos are held against the last release, when there is one. */
export async function checks(): Promise<Check[]> {
  const release = await lastRelease();
  return [
    { name: 'style', command: ['biome', 'check', '--diagnostic-level=warn', '--error-on-warnings', '.'] },
    { name: 'types', command: ['tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', '.clew/types.tsbuildinfo'] },
    { name: 'protos', command: ['buf', 'lint'] },
    ...(release
      ? [{ name: `protos since ${release}`, command: ['buf', 'breaking', '--against', `.git#tag=${release}`] }]
      : []),
    { name: 'tidy', command: [node, '--test', join('tools', 'tidy.test.ts')] },
  ];
}

/** Runs checks side by side; `done` is told of each as it ends. */
export function runChecks(list: readonly Check[], done: (result: CheckResult) => void): Promise<CheckResult[]> {
  return Promise.all(
    list.map(async ({ name, command: [program, ...args] }) => {
      const startMs = performance.now();
      const { code, output } = await run(program!, args, { env: toolEnvironment(), cwd: root });
      const result = { name, passed: code === 0, seconds: (performance.now() - startMs) / 1000, output };
      done(result);
      return result;
    }),
  );
}

/** The newest tag that names a version. */
async function lastRelease(): Promise<string | undefined> {
  const { code, output } = await run('git', ['tag', '--list', 'v*', '--sort=-version:refname'], { cwd: root });
  return code === 0 ? output.split('\n').find((tag) => /^v\d/.test(tag)) : undefined;
}

/** One line for a check that passed; for the others what the tool said. */
export function printCheck({ name, passed, seconds, output }: CheckResult): void {
  console.log(`${passed ? colors.green('✔') : colors.red('✖')} ${name} (${seconds.toFixed(1)} s)`);
  if (!passed) console.log(`${output}\n`);
}
