/** Who is excused: by file and line, not by number. An excuse for nothing is a fault: the line went, or was rewritten. */
import type { Mutant } from './mutant.ts';

export interface Excuse {
  readonly path: string;
  /** The line as it is written, without indentation. */
  readonly line: string;
  /** Where one cut on the line is meant and others are not: what is cut out, as reports show it. */
  readonly code?: string;
  /** Where the same line stands elsewhere in the file and is not meant: the line after it. */
  readonly next?: string;
  readonly reason: string;
}

export function excuseFor(mutant: Mutant, excuses: readonly Excuse[]): Excuse | undefined {
  return excuses.find(
    ({ path, line, code = mutant.code, next = mutant.next }) =>
      path === mutant.path && line === mutant.text && code === mutant.code && next === mutant.next,
  );
}

/** Excuses that match none of all mutants, each as a line for people. */
export function idleExcuses(all: readonly Mutant[], excuses: readonly Excuse[]): string[] {
  const used = new Set(all.map((mutant) => excuseFor(mutant, excuses)));
  return excuses
    .filter((excuse) => !used.has(excuse))
    .map(
      ({ path, line }) =>
        `${path} has no cleanup in a line "${line}": remove the excuse, or write the line as it is now`,
    );
}
