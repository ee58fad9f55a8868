import { generateMaze, type Layout, lookAround, Phase, type Visibility, type World } from '@clew/maze';

/** Of what `lookAround` does in a tick: some milliseconds, less than a second for the largest maze. */
export const STEPS_PER_TICK = 2_000;

type Looking = ReturnType<typeof lookAround>;

/**
 * What can be seen from where in the mazes of one divided match. For a large maze that takes longer than a tick may, so it is
 * found out in many, a bit in each.
 *
 * V1 While nobody knows yet what can be seen, nobody is told of anything.
 * V2 The next level's maze is surveyed while the points of the one before are shown: it is known when that level begins.
 * V3 One maze is under way at most, and two are known at most: this level's and the next.
 */
export class Survey {
  readonly #regionSize: number;
  #level = 0;
  #known: Visibility | undefined;
  #next: Visibility | undefined;
  #under: { readonly level: number; readonly looking: Looking } | undefined;

  constructor(regionSize: number) {
    this.#regionSize = regionSize;
  }

  /** Of the level that is played; undefined as long as it is not known (V1). */
  get visibility(): Visibility | undefined {
    return this.#known;
  }

  /** A tick's share of the work. */
  work(world: Readonly<World>): void {
    this.#follow(world.level.number);
    const level = this.#wanted(world);
    if (level === undefined) return;
    if (this.#under?.level !== level) {
      this.#under = { level, looking: lookAround(layoutOf(world, level), this.#regionSize) };
      if (level !== this.#level) return; // making the maze is enough for one tick
    }
    for (let step = 0; step < STEPS_PER_TICK; step++) {
      const look = this.#under.looking.next();
      if (!look.done) continue;
      if (level === this.#level) this.#known = look.value;
      else this.#next = look.value;
      this.#under = undefined;
      return;
    }
  }

  /** Another level than before: what was found out ahead is now this one's (V3). */
  #follow(level: number): void {
    if (level === this.#level) return;
    this.#known = level === this.#level + 1 ? this.#next : undefined;
    this.#next = undefined;
    this.#level = level;
  }

  #wanted({ level }: Readonly<World>): number | undefined {
    if (this.#known === undefined) return level.number;
    const isNear = level.phase === Phase.SCORING && level.number < level.levels; // V2
    return isNear && this.#next === undefined ? level.number + 1 : undefined;
  }
}

/** Of the next level: the same as the rules will make. */
function layoutOf({ seed, rules, layout, level }: Readonly<World>, number: number): Layout {
  return number === level.number ? layout : generateMaze(seed, number, rules).layout;
}
