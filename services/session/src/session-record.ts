import { type Session, Session_State } from '@clew/protocol/clew/session/v1/session.ts';

/** A bulk string of a script's reply; null where the record has no such field. */
type Bulk = Buffer | null;

/** What a script tells: its outcome, and what follows it. */
export interface Reply {
  readonly outcome: string;
  readonly rest: readonly Bulk[];
}

/** Reads the reply of a script that tells an outcome in words. */
export function readReply(reply: unknown): Reply {
  const [outcome, ...rest] = reply as Bulk[];
  return { outcome: text(outcome), rest };
}

/** Fields of a session in a reply, behind the outcome: epoch, name, state, edge, match, created, deadline. */
export const SESSION_FIELDS = 7;

/** The session that a reply tells of. */
export function readSession(playerId: string, reply: Reply): Session {
  const [epoch, name, state, edge, match, created, deadline] = reply.rest;
  return {
    playerId,
    epoch: Number(text(epoch)),
    displayName: text(name),
    state: text(state) === 'a' ? Session_State.STATE_ATTACHED : Session_State.STATE_DETACHED,
    edgeId: text(edge),
    matchId: text(match),
    createTime: new Date(Number(text(created))),
    expireTime: new Date(Number(text(deadline))),
  };
}

/** What a repeated request is told besides the session. */
export interface FirstAnswer {
  /** 'c'reated, 'e'ntered or 'r'esumed. */
  readonly kind: string;
  readonly tokenHash: Buffer;
  readonly sealed: Buffer;
}

export function readFirstAnswer(reply: Reply): FirstAnswer {
  const [mark, tokenHash, sealed] = reply.rest.slice(SESSION_FIELDS);
  if (!mark || !tokenHash || !sealed) throw new Error('a repeated request without its first answer');
  return { kind: String.fromCharCode(mark[0]!), tokenHash, sealed };
}

const text = (bulk: Bulk | undefined) => bulk?.toString() ?? '';
