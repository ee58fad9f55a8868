import type { ClientLimits } from './client-limits.ts';
import type { StatsBook } from './stats.ts';
import type { Store } from './store.ts';
import type { Transport } from './transport.ts';

export interface ClewClientOptions {
  /** Where to begin, as the transport wants it: the origin of an edge's web door, or host:port of its gRPC door. */
  readonly edge: string;
  readonly transport: Transport;
  /** Where secret and token are kept; in memory when not given. */
  readonly store?: Store;
  readonly limits?: Partial<ClientLimits>;
  /** Where figures are counted; a book of its own when not given. Clients that share one have their sums. */
  readonly book?: StatsBook;
  /** Milliseconds on a clock that never goes back; the one that `Match.sample` is asked by. Default performance.now. */
  readonly now?: () => number;
  /** From 0 up to, not including, 1. Default Math.random. */
  readonly random?: () => number;
}

export interface SignInOptions {
  /** Shown to others: 1 to 24 characters, no control characters. */
  readonly displayName: string;
  /** Who the player is, 32 bytes. Not given: the store's, or a new one, which the store then keeps. */
  readonly secret?: Uint8Array;
  /** Play here although the player plays elsewhere. Only when the player asked for it. */
  readonly takeOver?: boolean;
}
