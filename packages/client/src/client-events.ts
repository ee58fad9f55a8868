import type { Rank } from '@clew/maze';
import type { ClewError } from './clew-error.ts';
import type { ClientState } from './client-state.ts';
import type { Match } from './match.ts';

/** What `client.on` offers. Listeners are called synchronously, in order of registration; they must not throw. */
export interface ClientEvents {
  /** The state changed. */
  state: (state: ClientState, previous: ClientState) => void;
  /** The match is over; its last ranking, best first. The state is `lobby` when this is told. */
  matchEnded: (end: { readonly matchId: string; readonly ranking: readonly Rank[] }) => void;
  /** The match's simulation died; the player waits again, in front of the queue. */
  matchLost: (end: { readonly matchId: string }) => void;
  /** A frame was applied: `match.view` is new. */
  frame: (match: Match) => void;
  /** A tick of the own player begins: the last moment to call `setHands` for it (bots, gamepads). */
  tick: (match: Match, tick: number) => void;
  /** The stream was lost; the client reconnects, unless the state says `ended`. */
  lost: (error: ClewError) => void;
}
