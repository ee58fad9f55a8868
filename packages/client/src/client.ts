import type { ClientEvents } from './client-events.ts';
import type { ClientLimits } from './client-limits.ts';
import type { ClientState } from './client-state.ts';
import type { Match } from './match.ts';
import type { ClientStats } from './stats.ts';
import type { Store } from './store.ts';
import type { Transport } from './transport.ts';

export interface ClewClientOptions {
  /** Where to begin, as the transport wants it: the origin of an edge's web door, or host:port of its gRPC door. */
  readonly edge: string;
  readonly transport: Transport;
  /** Where secret and token are kept; in memory when not given. */
  readonly store?: Store;
  readonly limits?: Partial<ClientLimits>;
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

/** One player, from sign-in to leaving. Nothing is left of it after `close()`: no timer, no listener, no stream. */
export class ClewClient implements Disposable {
  constructor(_options: ClewClientOptions) {
    throw new Error('in the next commit');
  }

  get state(): ClientState {
    throw new Error('in the next commit');
  }

  /** The match that the player sits in; undefined outside of one. The same object across reconnects into the seat. */
  get match(): Match | undefined {
    throw new Error('in the next commit');
  }

  /** 32 hexadecimal digits once signed in. */
  get playerId(): string | undefined {
    throw new Error('in the next commit');
  }

  get stats(): ClientStats {
    throw new Error('in the next commit');
  }

  /** Registers a listener; call what it returns to remove it. */
  on<Name extends keyof ClientEvents>(_event: Name, _listener: ClientEvents[Name]): () => void {
    throw new Error('in the next commit');
  }

  /**
   * Signs in and opens the player's stream; resolves when it stands (the state is then lobby, queued or seated: a
   * session that still lived is entered again). From `signed-out` and `ended` only. Rejects with a ClewError, and the
   * state `ended` has it too; SESSION_ACTIVE: the player plays elsewhere, ask whether to take over.
   */
  signIn(_options: SignInOptions): Promise<void> {
    throw new Error('in the next commit');
  }

  /** Asks for a match; resolves when the wait has begun. The seat is told by the state. Rejects with a ClewError. */
  findMatch(): Promise<void> {
    throw new Error('in the next commit');
  }

  /** Withdraws from the queue or gives up the seat; the session stays. Rejects with a ClewError. */
  cancelMatch(): Promise<void> {
    throw new Error('in the next commit');
  }

  /** Ends the session at once: seat, ticket and lease are gone. Never rejects; state `signed-out` afterwards. */
  leave(): Promise<void> {
    throw new Error('in the next commit');
  }

  /** Drops everything here without a word to the edge: the session lives on until its lease runs out. */
  close(): void {
    throw new Error('in the next commit');
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
