import type { Collections } from '@clew/service-kit/collections';
import { edgeDraining, sessionReplaced } from './endings.ts';
import type { PlayerStream } from './player-stream.ts';

/** The open streams of this edge, one for each player: a newer one wins. */
export class PlayerDirectory {
  readonly #streams: Map<string, PlayerStream>;
  #draining = false;

  constructor(collections: Collections, bound: number) {
    this.#streams = collections.map('edge.players', {
      bound,
      orphans: () => [...this.#streams.values()].filter((stream) => stream.ended).length,
    });
  }

  get size(): number {
    return this.#streams.size;
  }

  get(playerId: string): PlayerStream | undefined {
    return this.#streams.get(playerId);
  }

  /**
   * Enters a stream, ending an older one. Throws ABORTED, reason SESSION_REPLACED, when it is itself the older;
   * UNAVAILABLE, reason EDGE_DRAINING; CollectionFull.
   */
  enter(stream: PlayerStream): void {
    if (this.#draining) throw edgeDraining();
    const other = this.#streams.get(stream.playerId);
    if (other !== undefined) {
      if (other.epoch > stream.epoch) throw sessionReplaced();
      other.end({ kind: 'replaced' });
    }
    this.#streams.set(stream.playerId, stream);
  }

  leave(stream: PlayerStream): void {
    if (this.#streams.get(stream.playerId) === stream) this.#streams.delete(stream.playerId);
  }

  /** Sends all players to other edges; from now on none comes in. */
  drain(): void {
    this.#draining = true;
    for (const stream of this.#streams.values()) stream.end({ kind: 'draining' });
  }

  [Symbol.iterator](): IterableIterator<PlayerStream> {
    return this.#streams.values();
  }
}
