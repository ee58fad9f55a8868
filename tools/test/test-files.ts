import { globSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';
import type { Stage } from './flags.mjs';

const FOLDERS = ['packages', 'services', 'clients', 'tools', 'bench', 'integration-tests'];

/** Path names that hold no tests of ours. */
const FOREIGN = /(^|\/)(node_modules|dist|gen)(\/|$)|^bench\/peers(\/|$)/;

export type TestFiles = ReadonlyMap<Stage, readonly string[]>;

/** All test files of the repository, relative to it. */
export function findTestFiles(): string[] {
  return globSync(`{${FOLDERS.join(',')}}/**/*.test.ts`, { cwd: root, exclude: (path) => FOREIGN.test(path) }).sort();
}

/** Which stage a test file belongs to: it is in its name or folder. */
export function stageOf(path: string): Stage {
  if (path.startsWith(join('integration-tests', '/'))) return 'integration';
  return path.endsWith('.redis.test.ts') ? 'redis' : 'unit';
}

/** The files to run, by stage; a pattern is a part of a path. */
export function chooseFiles(
  files: readonly string[],
  stages: readonly Stage[],
  patterns: readonly string[],
): TestFiles {
  const wanted = files.filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)));
  const chosen = Map.groupBy(wanted, stageOf);
  return new Map([...chosen].filter(([stage]) => stages.includes(stage)));
}
