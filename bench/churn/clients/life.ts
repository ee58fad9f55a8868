/**
 * One life of a player, from sign-in to its end. Whoever carries it out owns its players: when it is over, or takes too long,
 * all their lines are closed, and whatever it still waits for fails. So nobody lives on whom the bench has given up: what is
 * found in the services afterwards is theirs.
 *
 * L1 `inTime` resolves or rejects only when nothing of the life goes on.
 */
import { type EdgeAddress, RawPlayer } from './player.ts';
import type { Door } from './wire/line.ts';

export interface LifeOptions {
  readonly door: Door;
  /** Two at least; the player begins at the first. */
  readonly edges: readonly EdgeAddress[];
  /** Counts the lives of a way: chooses among what a way has several of. */
  readonly index: number;
}

export class Life implements Disposable {
  readonly door: Door;
  readonly edges: readonly EdgeAddress[];
  readonly index: number;
  readonly #players: RawPlayer[] = [];
  #isOver = false;

  constructor({ door, edges, index }: LifeOptions) {
    this.door = door;
    this.edges = edges;
    this.index = index;
  }

  /** One who lives it, at its first edge if no other is said. */
  player({ edge = this.edges[0]!, small = false }: { edge?: EdgeAddress; small?: boolean } = {}): RawPlayer {
    if (this.#isOver) throw new Error('the life is over');
    const one = new RawPlayer({ door: this.door, edge, small });
    this.#players.push(one);
    return one;
  }

  /** Whose sessions it has. */
  get playerIds(): string[] {
    return this.#players.flatMap(({ playerId }) => playerId ?? []);
  }

  /** What `live` resolves with; rejects when it took longer than this (L1). */
  async inTime<Lived>(live: (life: Life) => Promise<Lived>, msMax: number): Promise<Lived> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this[Symbol.dispose]();
    }, msMax);
    try {
      const lived = await live(this);
      if (!isLate) return lived;
    } catch (thrown) {
      if (!isLate) throw thrown;
    } finally {
      clearTimeout(timer);
    }
    throw new Error('takes too long');
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const { line } of this.#players) line.close();
  }
}
