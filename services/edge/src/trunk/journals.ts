import type { Collections } from '@clew/service-kit/collections';
import { Journal } from '@clew/service-kit/journal';

/** After a trunk broke, its matches' journals are kept for so long: by then another process has asked for them, or none will. */
export const KEPT_MS = 10_000;

interface Entry {
  readonly journal: Journal;
  /** Trunks that lead to the match: mostly one. */
  trunks: number;
  /** When it is gone, unless some trunk leads there. */
  endMs: number;
}

/**
 * What came in the matches of this edge's players, unread: should their simulation die, what its players saw last can be
 * played again.
 *
 * J1 A journal is kept while some trunk leads to its match, and for 10 seconds after one broke. A match that its players leave,
 *    or that ends, leaves nothing.
 */
export class Journals {
  /** M3: those that a trunk leads to have a channel each at least, which are bounded; the others make room. */
  readonly #entries: Map<string, Entry>;
  readonly #bound: number;
  readonly #keptMs: number;

  constructor(collections: Collections, channelsMax: number, keptMs = KEPT_MS) {
    this.#bound = channelsMax;
    this.#keptMs = keptMs;
    this.#entries = collections.map('edge.journals', {
      bound: channelsMax,
      orphans: () => [...this.#entries.values()].filter((entry) => isOver(entry, performance.now() - keptMs)).length,
    });
  }

  /** What came in a match since its players are here, for whoever plays it on. */
  of(matchId: string): Journal | undefined {
    return this.#entries.get(matchId)?.journal;
  }

  /** A trunk leads to the match now, and pushes what comes. */
  open(matchId: string): Journal {
    const entry = this.#entries.get(matchId) ?? { journal: new Journal(), trunks: 0, endMs: 0 };
    entry.trunks++;
    if (this.#entries.size >= this.#bound) this.#makeRoom();
    this.#entries.set(matchId, entry);
    return entry.journal;
  }

  /** No channel of the trunk leads there any more; `broken`: because the trunk is. */
  close(matchId: string, broken: boolean): void {
    const entry = this.#entries.get(matchId);
    if (entry === undefined) return;
    entry.trunks--;
    entry.endMs = broken ? performance.now() + this.#keptMs : 0;
    if (isOver(entry, 0)) this.#entries.delete(matchId);
  }

  /** Drops those whose time is over. */
  sweep(nowMs: number): void {
    for (const [matchId, entry] of this.#entries) if (isOver(entry, nowMs)) this.#entries.delete(matchId);
  }

  #makeRoom(): void {
    for (const [matchId, { trunks }] of this.#entries) {
      if (trunks === 0) return void this.#entries.delete(matchId);
    }
  }
}

function isOver({ trunks, endMs }: Entry, nowMs: number): boolean {
  return trunks === 0 && endMs <= nowMs;
}
