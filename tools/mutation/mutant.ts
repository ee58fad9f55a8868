/** A program with one piece of its cleanup taken out. */

export type CleanupKind = 'dispose' | 'timer' | 'listener' | 'collection' | 'buffer' | 'ending' | 'redis';

/** A place where something is freed, and what stands there when it is not. */
export interface Cut {
  readonly kind: CleanupKind;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

export interface Mutant extends Cut {
  /** Relative to the repository. */
  readonly path: string;
  /** Where the cut begins, from 1. */
  readonly line: number;
  /** That line, trimmed: with the path, what excuses and the memory of killers go by; numbers change too often. */
  readonly text: string;
  /** The line after it, trimmed. */
  readonly next: string;
  /** What is taken out, in one line. */
  readonly code: string;
}

/** All mutants of one file, in the order of the text. */
export function mutantsOf(path: string, text: string, cuts: readonly Cut[]): Mutant[] {
  return [...cuts]
    .sort((one, other) => one.start - other.start || other.end - one.end)
    .map((cut) => {
      const line = text.slice(0, cut.start).split('\n').length;
      return {
        ...cut,
        path,
        line,
        text: text.split('\n')[line - 1]!.trim(),
        next: (text.split('\n')[line] ?? '').trim(),
        code: text.slice(cut.start, cut.end).replace(/\s+/g, ' '),
      };
    });
}

/** The text of the file with the mutant's cut made. */
export function cutOut(text: string, { start, end, replacement }: Cut): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/** The same cut after lines have moved. Two on one line differ by their code. */
export function keyOf({ path, text, code }: Mutant): string {
  return `${path} ${text} ${code}`;
}

/** "services/edge/src/seat.ts:149 clearTimeout(life.timer)" */
export function titleOf({ path, line, code }: Mutant): string {
  return `${path}:${line} ${code.length > 100 ? `${code.slice(0, 99)}…` : code}`;
}
