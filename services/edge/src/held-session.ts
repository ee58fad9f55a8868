import { type Session, Session_State, type SessionRecord } from '@clew/protocol/clew/session/v1/session.ts';
import type { Token } from './token.ts';

/** A session as the edge that holds its stream knows it: enough to renew it, and to write it again if Redis lost it. */
export interface HeldSession {
  readonly playerId: string;
  /** The stream's, as AttachSession gave it. */
  readonly epoch: number;
  readonly displayName: string;
  readonly tokenHash: Buffer;
  readonly createTime: Date | undefined;
}

export function heldSession(session: Session, token: Token): HeldSession {
  const { epoch, displayName, createTime } = session;
  return { playerId: token.playerId, epoch, displayName, tokenHash: token.hash, createTime };
}

/** The record to write again, for a player who is in this match (or in none: empty). */
export function sessionRecord(held: HeldSession, edgeId: string, matchId: string): SessionRecord {
  const { playerId, epoch, displayName, tokenHash, createTime } = held;
  const state = Session_State.STATE_ATTACHED;
  return {
    session: { playerId, epoch, displayName, state, edgeId, matchId, createTime, expireTime: undefined },
    tokenHash,
  };
}
