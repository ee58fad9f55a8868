import { randomUUID } from 'node:crypto';
import { type Session, Session_State, type SessionServiceClient } from '@clew/protocol/clew/session/v1/session.ts';
import type { ListFlags } from './flags.ts';

/** As service-kit's clients are, each call with a bound. */
export type Sessions = SessionServiceClient<{ deadline?: number | Date }>;

const PAGE = 500;
const CALL_MS = 5_000;

/** Live sessions that fit, page after page; at most `limit`, all where it is 0. */
export async function* list(client: Sessions, flags: ListFlags, signal: AbortSignal): AsyncGenerator<Session> {
  const { state, edge, olderS, youngerS, limit } = flags;
  const filter = {
    state: state === undefined ? Session_State.STATE_UNSPECIFIED : states[state],
    edgeId: edge ?? '',
    ageMin: olderS === undefined ? undefined : { seconds: olderS, nanos: 0 },
    ageMax: youngerS === undefined ? undefined : { seconds: youngerS, nanos: 0 },
  };
  let left = limit === 0 ? Number.POSITIVE_INFINITY : limit;
  let pageToken = '';
  do {
    const request = { ...filter, pageSize: Math.min(PAGE, left), pageToken };
    const { sessions, nextPageToken } = await client.listSessions(request, { deadline: CALL_MS, signal });
    yield* sessions;
    left -= sessions.length;
    pageToken = nextPageToken;
  } while (pageToken !== '' && left > 0);
}

export async function get(client: Sessions, playerId: string, signal: AbortSignal): Promise<Session> {
  return (await client.getSession({ playerId }, { deadline: CALL_MS, signal })).session!;
}

/** Ends the session that is there now, and none that begins meanwhile; the call may be repeated. False: it was over. */
export async function kick(client: Sessions, playerId: string, reason: string, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    const { createTime, epoch } = await get(client, playerId, signal);
    const request = { playerId, epoch, reason, requestId: randomUUID() };
    const { kicked } = await client.kickSession(request, { deadline: CALL_MS, signal });
    if (kicked) return true;
    // A stream that opened in between raised the epoch: it is the same session still.
    const now = await get(client, playerId, signal).catch(() => undefined);
    if (now?.createTime?.getTime() !== createTime?.getTime()) return false;
  }
}

const states = { attached: Session_State.STATE_ATTACHED, detached: Session_State.STATE_DETACHED } as const;
