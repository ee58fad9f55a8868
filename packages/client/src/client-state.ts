import type { ClewError } from './clew-error.ts';

/**
 * Where a client is. Exactly one at a time; each change is told by the event `state`.
 *
 *     signed-out ─signIn─► connecting ─► lobby ⇄ queued ─► seated ─► lobby
 *     connecting, lobby, queued, seated ─stream lost─► reconnecting ─► lobby, queued or seated
 *     any ─refused for good─► ended ─signIn─► connecting
 */
export type ClientState =
  | { readonly kind: 'signed-out' }
  /** Signing in; the stream is not open yet. */
  | { readonly kind: 'connecting' }
  /** Signed in; in no queue and no match. */
  | { readonly kind: 'lobby' }
  /** Waiting for a match. `place` 1 is the next; both are 0 until the edge told them. */
  | { readonly kind: 'queued'; readonly place: number; readonly waiting: number }
  /** In a match: `client.match` is there, and plays as soon as its first frame came. */
  | { readonly kind: 'seated'; readonly matchId: string; readonly seat: number }
  /** The stream was lost and is sought again; `attempt` counts from 1. `client.match` stays where it was. */
  | { readonly kind: 'reconnecting'; readonly attempt: number }
  /**
   * Over, and not resumed by itself; only `signIn` goes on from here. `reason` is the machine-readable reason of
   * `error`: SESSION_REPLACED (playing elsewhere now), SESSION_ACTIVE (playing elsewhere already): offer "play here",
   * which is signIn with takeOver; SESSION_KICKED, SESSION_ENDED; INVALID_ARGUMENT (say, a bad name); UNREACHABLE (no
   * edge answered the sign-in in time); CLOSED after `close()`.
   */
  | { readonly kind: 'ended'; readonly reason: string; readonly error: ClewError };
