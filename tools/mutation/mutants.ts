/** All mutants of services and service-kit, and the test files that can notice each of them. */
import { dirname } from 'node:path';
import { isForTests } from '../tidy/imports.ts';
import type { Repository, SourceFile } from '../tidy/repository.ts';
import { cleanupIn } from './cleanup.ts';
import { freeingFunctions, luaCleanupIn } from './lua-cleanup.ts';
import { type Mutant, mutantsOf } from './mutant.ts';

const isOurs = (path: string) => path.startsWith('services/') || path.startsWith('packages/service-kit/');

/** In the order of paths and lines; `patterns` are parts of paths, any of which must be met; all without. */
export function findMutants(repository: Repository, patterns: readonly string[] = []): Mutant[] {
  const wanted = (path: string) =>
    isOurs(path) && (patterns.length === 0 || patterns.some((part) => path.includes(part)));
  const sources = repository.sources
    .filter((file) => wanted(file.path) && !isForTests(file))
    .flatMap(({ path, text, syntax }) => mutantsOf(path, text, cleanupIn(syntax, text)));
  const scripts = [...repository.texts].filter(([path]) => isScript(path));
  const ofScripts = scripts
    .filter(([path]) => wanted(path))
    .flatMap(([path, text]) => {
      // A prelude is put before the scripts of its folder.
      const together = scripts.filter(([other]) => dirname(other) === dirname(path)).map(([, one]) => one);
      return mutantsOf(path, text, luaCleanupIn(text, freeingFunctions(together)));
    });
  return [...sources, ...ofScripts].sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
}

export interface ReachingTest {
  readonly file: string;
  /** Imports between it and the file. */
  readonly distance: number;
}

/** Test files of the same package that reach the file by imports, the nearest first. Who loads scripts reaches them all. */
export function testsReaching(path: string, { sources }: Repository): ReachingTest[] {
  const area = path.split('/').slice(0, 2).join('/');
  const importers = new Map<string, SourceFile[]>();
  for (const file of sources) {
    if (file.area !== area) continue;
    for (const { target } of file.imports) {
      if ('file' in target) importers.set(target.file, [...(importers.get(target.file) ?? []), file]);
    }
  }
  const reached = new Map<SourceFile, number>();
  for (const file of sources) if (file.path === path || (isScript(path) && loads(file, path))) reached.set(file, 0);
  for (const [file, distance] of reached) {
    for (const importer of importers.get(file.path) ?? []) {
      if (!reached.has(importer)) reached.set(importer, distance + 1); // a Map goes on with what is added
    }
  }
  return [...reached].flatMap(([file, distance]) => (file.isTest ? [{ file: file.path, distance }] : []));
}

export const isScript = (path: string) => path.endsWith('.lua');

/** `scripts/${name}.lua` from beside itself. */
function loads(file: SourceFile, script: string): boolean {
  return !file.isTest && dirname(file.path) === dirname(dirname(script)) && file.text.includes('scripts/');
}
