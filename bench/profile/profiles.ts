import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { root } from '../../tools/setup.mjs';
import type { Service, Stack, StackOptions } from '../../tools/start/stack.ts';
import { type CpuProfile, flameOf } from './cpu-profile.ts';
import { flameGraph } from './flame-graph.ts';

const LOOK_MS = 50;
const WRITTEN_MS_MAX = 30_000;

/** CPU profiles of some services while they serve, and a flame graph of each, left in a folder. */
export class Profiles {
  readonly #folder: string;
  readonly #label: string;
  readonly #kinds: readonly Service['kind'][];

  /** Files begin with the label; `kinds`: whose profiles. */
  constructor(folder: string, label: string, kinds: readonly Service['kind'][]) {
    this.#folder = folder;
    this.#label = label;
    this.#kinds = kinds;
  }

  /** What the services are to be started with. */
  readonly nodeArgs: NonNullable<StackOptions['nodeArgs']> = (name) =>
    this.#isProfiled(name) ? ['--import', join(import.meta.dirname, 'probe/main.ts')] : [];

  env(name: string): Readonly<Record<string, string>> {
    return this.#isProfiled(name) ? { CLEW_PROFILE_PATH: this.#pathOf(name, 'cpuprofile') } : {};
  }

  begin(stack: Stack): void {
    for (const { pid } of this.#profiled(stack)) process.kill(pid!, 'SIGUSR2');
  }

  /** Returns the files that were left. Rejects when a service does not write its own. */
  async end(stack: Stack, about: string): Promise<string[]> {
    this.begin(stack); // the second signal ends it
    const paths: string[] = [];
    for (const { name, kind } of this.#profiled(stack)) {
      const profilePath = this.#pathOf(name, 'cpuprofile');
      const untilMs = performance.now() + WRITTEN_MS_MAX;
      while (!existsSync(profilePath)) {
        if (performance.now() > untilMs) throw new Error(`${name} left no profile`);
        await wait(LOOK_MS);
      }
      const profile = JSON.parse(readFileSync(profilePath, 'utf8')) as CpuProfile;
      const svgPath = this.#pathOf(name, 'svg');
      writeFileSync(svgPath, flameGraph(`${kind}: ${about}`, flameOf(profile, root)));
      paths.push(svgPath, profilePath);
    }
    return paths;
  }

  #profiled(stack: Stack): readonly Service[] {
    return stack.services.filter(({ name, pid }) => pid !== undefined && this.#isProfiled(name));
  }

  #isProfiled(name: string): boolean {
    return this.#kinds.some((kind) => name.startsWith(kind));
  }

  #pathOf(name: string, ending: string): string {
    return join(this.#folder, `${this.#label}-${name}.${ending}`);
  }
}
