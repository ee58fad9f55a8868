import type { Collections } from '@clew/service-kit/collections';
import { type Ending, edgeDraining, sessionReplaced } from './endings.ts';

/** What the directory needs to know of a stream. */
export interface DirectoryEntry {
  readonly playerId: string;
  readonly epoch: number;
  /** Its socket is gone, its lease was denied, or it has ended: then it should not be here (M6). */
  readonly isOrphan: boolean;
  end(ending: Ending): void;
}

/** The open streams of this edge, one for each player: a newer one wins. */
export class PlayerDirectory<Stream extends DirectoryEntry> {
  readonly #streams: Map<string, Stream>;
  #draining = false;

  constructor(collections: Collections, bound: number) {
    this.#streams = collections.map('edge.players', {
      bound,
      orphans: () => [...this.#streams.values()].filter((stream) => stream.isOrphan).length,
    });
  }

  get size(): number {
    return this.#streams.size;
  }

  get(playerId: string): Stream | undefined {
    return this.#streams.get(playerId);
  }

  /**
   * Enters a stream, ending an older one. Throws ABORTED, reason SESSION_REPLACED, when it is itself the older;
   * UNAVAILABLE, reason EDGE_DRAINING; CollectionFull.
   */
  enter(stream: Stream): void {
    if (this.#draining) throw edgeDraining();
    const other = this.#streams.get(stream.playerId);
    if (other !== undefined) {
      if (other.epoch > stream.epoch) throw sessionReplaced();
      other.end({ kind: 'replaced' });
    }
    this.#streams.set(stream.playerId, stream);
  }

  leave(stream: Stream): void {
    if (this.#streams.get(stream.playerId) === stream) this.#streams.delete(stream.playerId);
  }

  /** Sends all players to other edges; from now on none comes in. */
  drain(): void {
    this.#draining = true;
    for (const stream of this.#streams.values()) stream.end({ kind: 'draining' });
  }

  [Symbol.iterator](): IterableIterator<Stream> {
    return this.#streams.values();
  }
}
