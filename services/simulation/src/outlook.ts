import type { Visibility } from '@clew/maze';
import type { Sight } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import type { RegionEncoder } from './region-encoder.ts';

/** Who looks: a channel, from its seat. */
export interface Looker {
  readonly number: number;
  readonly seat: number;
}

/** M3: always empty. */
const none: readonly number[] = [];

/** What the channels of one match on one trunk have in sight, where the match is divided into regions. */
export class Outlook {
  /** M3: one entry per channel of the audience. */
  readonly #seen = new Map<Looker, readonly number[]>();
  #visibility: Visibility | undefined;
  /** By region, M3: how many see it. */
  #lookers = new Uint16Array(0);
  /** This tick's, M3 as above: who sees other regions than before, by what they see. */
  readonly #sights = new Map<readonly number[], Sight>();
  /** This tick's, M3: regions that somebody sees who did not before. */
  readonly #fresh = new Set<number>();

  /** A tick begins. */
  begin({ visibility }: RegionEncoder): void {
    this.#sights.clear();
    this.#fresh.clear();
    if (visibility === this.#visibility) return;
    this.#visibility = visibility; // another maze: what was in sight is not there any more
    this.#lookers = new Uint16Array(visibility.regions.count + 1);
    this.#seen.clear();
  }

  /** Looks where a looker stands now; `afresh`: he knows nothing. Returns the regions that went out of his sight. */
  look(looker: Looker, encoder: RegionEncoder, afresh: boolean): readonly number[] {
    const seen = encoder.visibility.seenFrom(encoder.regionOf(looker.seat));
    const before = this.#seen.get(looker) ?? none;
    if (seen === before && !afresh) return none;
    this.forget(looker);
    this.#seen.set(looker, seen);
    for (const region of seen) {
      this.#lookers[region]! += 1;
      if (afresh || !before.includes(region)) this.#fresh.add(region);
    }
    const sight = this.#sights.get(seen);
    if (sight === undefined) this.#sights.set(seen, { channels: [looker.number], regions: [...seen] });
    else sight.channels.push(looker.number);
    return afresh ? none : before.filter((region) => !seen.includes(region));
  }

  /** The looker is gone. */
  forget(looker: Looker): void {
    for (const region of this.#seen.get(looker) ?? none) this.#lookers[region]! -= 1;
    this.#seen.delete(looker);
  }

  isSeen(region: number): boolean {
    return this.#lookers[region]! > 0;
  }

  sights(): Sight[] {
    return [...this.#sights.values()];
  }

  /** Regions that are needed as keyframes, ascending. */
  fresh(): number[] {
    return [...this.#fresh].sort((a, b) => a - b);
  }
}
