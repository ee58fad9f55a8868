import { RenewOutcome } from '@clew/protocol/clew/session/v1/session.ts';
import { ServiceError, unavailable } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';

/**
 * Why a player's stream ends, and with it what becomes of the rest: whether session hears "detached", whether the seat is
 * given up, what the player is told.
 */
export type Ending =
  /** The player's socket is gone, or the player said good-bye to the stream. */
  | { readonly kind: 'closed' }
  /** The reader took nothing for too long (M4). */
  | { readonly kind: 'stalled' }
  /** The player showed no sign of life for too long (M4). */
  | { readonly kind: 'silent' }
  /** The player sent what nobody may send. */
  | { readonly kind: 'refused'; readonly error: ServiceError }
  /** This edge stops; another goes on. */
  | { readonly kind: 'draining' }
  /** A newer stream or session of the player took over. */
  | { readonly kind: 'replaced' }
  /** The session is over. */
  | { readonly kind: 'ended' }
  /** An operator ended the session, and says why. */
  | { readonly kind: 'kicked'; readonly why: string };

/** The session is not this stream's any more: there is nobody to report to. */
export function isOver(ending: Ending): boolean {
  return ending.kind === 'replaced' || ending.kind === 'ended' || ending.kind === 'kicked';
}

/** The seat goes with it. */
export function givesUpSeat(ending: Ending): boolean {
  return ending.kind === 'ended' || ending.kind === 'kicked';
}

/** What the player is told; undefined where the stream ends well or there is nobody to tell. */
export function toldBy(ending: Ending): ServiceError | undefined {
  switch (ending.kind) {
    case 'closed':
    case 'stalled':
      return undefined;
    case 'silent':
      return unavailable('PLAYER_SILENT', 'the stream heard nothing of the player for longer than silence_max', 0);
    case 'refused':
      return ending.error;
    case 'draining':
      return edgeDraining();
    case 'replaced':
      return sessionReplaced();
    case 'ended':
      return new ServiceError(Status.ABORTED, 'SESSION_ENDED', 'the session was ended');
    case 'kicked':
      return sessionKicked(ending.why);
  }
}

export function edgeDraining(): ServiceError {
  return unavailable('EDGE_DRAINING', 'this edge stops, go on at another', 0);
}

export function sessionReplaced(): ServiceError {
  return new ServiceError(Status.ABORTED, 'SESSION_REPLACED', 'a newer stream of the player took over');
}

/** `why` is what the operator said; empty where a record without it is all that is left. */
function sessionKicked(why: string): ServiceError {
  const message = why === '' ? 'an operator ended the session' : `an operator ended the session: ${why}`;
  return new ServiceError(Status.ABORTED, 'SESSION_KICKED', message);
}

/** What a denied renewal means for the stream; undefined where it may go on. */
export function endingByRenewal(outcome: RenewOutcome, why = ''): Ending | undefined {
  switch (outcome) {
    case RenewOutcome.RENEW_OUTCOME_REPLACED:
      return { kind: 'replaced' };
    case RenewOutcome.RENEW_OUTCOME_ENDED:
      return { kind: 'ended' };
    case RenewOutcome.RENEW_OUTCOME_KICKED:
      return { kind: 'kicked', why };
    default:
      return undefined;
  }
}
