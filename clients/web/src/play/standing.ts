/**
 * Which screen stands for which state of the client: pure, so that no state is without a way on.
 *
 * 1. Every state shows exactly one of: the start screen, a notice, the match, the final ranking.
 * 2. Whatever is final offers at least one button; whatever goes on by itself says so.
 * 3. Nobody is taken over without a click: SESSION_ACTIVE and SESSION_REPLACED offer it, nothing does it.
 */
import type { ClientState } from '@clew/client';
import { endingText, queueText } from './telling.ts';

/** What a button of a notice does. */
export type Way = 'take-over' | 'play' | 'retry' | 'cancel' | 'leave' | 'back';

export type Standing =
  | { readonly kind: 'start'; readonly busy: boolean }
  | { readonly kind: 'match' }
  | { readonly kind: 'ranking' }
  | {
      readonly kind: 'notice';
      readonly title: string;
      readonly text: string;
      readonly waits: boolean;
      /** The first is the one to take. */
      readonly ways: readonly Way[];
    };

export interface Circumstances {
  /** The ranking of a match that just ended is still to be read. */
  readonly hasRanking: boolean;
  /** The player asked for a match, and it was not answered yet. */
  readonly wantsMatch: boolean;
  /** The last match died with its simulation, and none came since. */
  readonly lostMatch: boolean;
  /** Seconds until the server is tried again by itself; 0 when it is not. */
  readonly retrySeconds: number;
}

export function standingOf(state: ClientState, now: Circumstances): Standing {
  switch (state.kind) {
    case 'signed-out':
      return { kind: 'start', busy: false };
    case 'connecting':
      return notice('Entering the labyrinth', 'Signing in…', true, ['leave']);
    case 'lobby':
      if (now.wantsMatch) return notice('Looking for a match', 'Asking for a seat…', true, ['cancel']);
      return now.hasRanking ? { kind: 'ranking' } : { kind: 'start', busy: false };
    case 'queued':
      return now.lostMatch
        ? notice('Your match was lost', `Its server died. ${queueText(state.place, state.waiting)}`, true, ['cancel'])
        : notice('Looking for a match', queueText(state.place, state.waiting), true, ['cancel']);
    case 'seated':
      return { kind: 'match' };
    case 'reconnecting': {
      const attempt = state.attempt > 1 ? ` Attempt ${state.attempt}.` : '';
      return notice('Reconnecting', `The connection was lost. Your seat is kept for half a minute.${attempt}`, true, [
        'leave',
      ]);
    }
    case 'ended':
      return endingOf(state.reason, state.error.message, now.retrySeconds);
  }
}

function endingOf(reason: string, message: string, retrySeconds: number): Standing {
  const text = endingText(reason, message);
  switch (reason) {
    case 'SESSION_ACTIVE':
    case 'SESSION_REPLACED':
      return notice('Playing in another tab', text, false, ['take-over', 'back']);
    case 'SESSION_KICKED':
      return notice('Shown the door', text, false, ['back']);
    case 'SESSION_ENDED':
    case 'TOKEN_UNKNOWN':
      return notice('Session over', text, false, ['play', 'back']);
    case 'INVALID_ARGUMENT':
      return { kind: 'start', busy: false };
    default:
      return notice(
        'No way in',
        retrySeconds > 0 ? `${text} Trying again in ${retrySeconds} s.` : text,
        retrySeconds > 0,
        ['retry', 'back'],
      );
  }
}

function notice(title: string, text: string, waits: boolean, ways: readonly Way[]): Standing {
  return { kind: 'notice', title, text, waits, ways };
}

/** Whether trying again by itself makes sense: the server was away, not unwilling. */
export function isWorthRetrying(reason: string): boolean {
  return ['UNREACHABLE', 'UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED'].includes(reason);
}

/** Seconds to wait before the nth try in a row, from 1. */
export function retrySecondsOf(attempt: number): number {
  return Math.min(30, 3 * 2 ** Math.min(10, attempt - 1));
}
