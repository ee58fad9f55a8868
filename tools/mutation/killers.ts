/**
 * Which test noticed which mutant last time: it is asked first. Only a hint: whatever it says, and if it is lost, the same
 * mutants die; it takes longer.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Killer {
  readonly file: string;
  /** Its name; none when the file as a whole noticed, e.g. by not ending. */
  readonly test?: string | undefined;
}

export class Killers {
  readonly #path: string;
  readonly #known: Map<string, Killer>;

  constructor(path: string) {
    this.#path = path;
    this.#known = new Map(existsSync(path) ? Object.entries(JSON.parse(readFileSync(path, 'utf8'))) : []);
  }

  of(key: string): Killer | undefined {
    return this.#known.get(key);
  }

  set(key: string, killer: Killer): void {
    this.#known.set(key, killer);
  }

  /** Test files, those first that noticed most of a file's other mutants. */
  sorted(path: string, files: readonly string[]): string[] {
    const kills = new Map<string, number>();
    for (const [key, { file }] of this.#known) {
      if (key.startsWith(`${path} `)) kills.set(file, (kills.get(file) ?? 0) + 1);
    }
    return [...files].sort((one, other) => (kills.get(other) ?? 0) - (kills.get(one) ?? 0));
  }

  save(): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, `${JSON.stringify(Object.fromEntries([...this.#known].sort()), null, 1)}\n`);
  }
}
