/** Which tests of a file reach which places of the sources: asked of the process of that file by coverage.ts. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Offsets in sources, by path. */
export type Places = ReadonlyMap<string, readonly number[]>;

/** Names of tests that reach a place. */
export type ReachedPlaces = (path: string, offset: number) => readonly string[];

export class Hits implements Disposable {
  readonly #tree: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'clew-hits-'));

  constructor(tree: string, places: Places) {
    this.#tree = tree;
    const byFile = Object.fromEntries([...places].map(([path, offsets]) => [join(tree, path), offsets]));
    writeFileSync(join(this.#folder, 'places.json'), JSON.stringify(byFile));
  }

  get flags(): string[] {
    return ['--import', new URL('./coverage.ts', import.meta.url).href];
  }

  get env(): Record<string, string> {
    return {
      CLEW_MUTATION_PLACES: join(this.#folder, 'places.json'),
      CLEW_MUTATION_HITS: join(this.#folder, 'hits.json'),
    };
  }

  read(): ReachedPlaces {
    const file = join(this.#folder, 'hits.json');
    const hits: Record<string, Record<number, string[]>> = existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : {};
    return (path, offset) => hits[join(this.#tree, path)]?.[offset] ?? [];
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
