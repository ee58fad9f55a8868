/**
 * Which test noticed which mutant last time: it is asked first. Only a hint: whatever it says, and if it is lost, the same
 * mutants die; it takes longer. A part comes with the sources, so that the first run on a machine is quick, too.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Killer {
  readonly file: string;
  /** Its name; none when the file as a whole noticed, e.g. by not ending. */
  readonly test?: string | undefined;
  /** It noticed by making no progress any more. */
  readonly hangs?: boolean;
}

const KEPT = 'tools/mutation/killers.json';
const LATEST = '.clew/mutation-killers.json';
const BETWEEN = ' › ';
const HANGS = 'hangs: ';

export class Killers {
  readonly #root: string;
  readonly #known: Map<string, Killer>;
  readonly #fresh = new Map<string, Killer>();

  constructor(root: string) {
    this.#root = root;
    this.#known = new Map([...read(join(root, KEPT)), ...read(join(root, LATEST))]);
  }

  of(key: string): Killer | undefined {
    return this.#known.get(key);
  }

  set(key: string, killer: Killer): void {
    this.#known.set(key, killer);
    this.#fresh.set(key, killer);
  }

  /** The tests of a file that are known to fail at some mutant; undefined where a file as a whole is. */
  failingIn(file: string): string[] | undefined {
    const tests = [...this.#known.values()].filter((one) => one.file === file && !one.hangs).map(({ test }) => test);
    return tests.includes(undefined) ? undefined : [...new Set(tests as string[])];
  }

  /** Test files, those first that noticed most of a file's other mutants. */
  sorted(path: string, files: readonly string[]): string[] {
    const kills = new Map<string, number>();
    for (const [key, { file }] of this.#known) {
      if (key.startsWith(`${path} `)) kills.set(file, (kills.get(file) ?? 0) + 1);
    }
    return [...files].sort((one, other) => (kills.get(other) ?? 0) - (kills.get(one) ?? 0));
  }

  /** Beside what other runs saved meanwhile. */
  save(): void {
    const latest = join(this.#root, LATEST);
    write(latest, new Map([...read(latest), ...this.#fresh]));
  }

  /** Writes those of these mutants to where they come with the sources. */
  keep(keys: ReadonlySet<string>): void {
    write(join(this.#root, KEPT), new Map([...this.#known].filter(([key]) => keys.has(key))));
  }
}

function read(path: string): [string, Killer][] {
  if (!existsSync(path)) return [];
  const lines = linesOf(readFileSync(path, 'utf8'));
  return Object.entries(lines).map(([key, line]) => {
    const hangs = line.startsWith(HANGS);
    const [file = '', ...test] = (hangs ? line.slice(HANGS.length) : line).split(BETWEEN);
    return [key, { file, test: test.length === 0 ? undefined : test.join(BETWEEN), hangs }];
  });
}

/** What cannot be read is lost, and no harm done. */
function linesOf(text: string): Record<string, string> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** As a whole: several runs may save at the same time. */
function write(path: string, killers: ReadonlyMap<string, Killer>): void {
  const lines = [...killers].map(([key, { file, test, hangs }]) => [
    key,
    (hangs ? HANGS : '') + (test === undefined ? file : file + BETWEEN + test),
  ]);
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}`;
  writeFileSync(part, `${JSON.stringify(Object.fromEntries(lines.sort()), null, 2)}\n`);
  renameSync(part, path);
}
