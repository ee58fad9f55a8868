import {
  type Session,
  Session_State,
  type SessionEvent,
  SessionEvent_Kind,
} from '@clew/protocol/clew/session/v1/session.ts';

/** A session as `--json` prints it, in the words of the protocol. */
export function sessionJson(session: Session): string {
  return JSON.stringify({ ...session, state: stateName(session.state) });
}

/** A session as people read it; widths fit a terminal of 120 columns. */
export function sessionLine(session: Session, nowMs: number): string {
  const { playerId, displayName, edgeId, matchId, createTime, expireTime } = session;
  const age = seconds(nowMs - (createTime?.getTime() ?? nowMs));
  const left = seconds((expireTime?.getTime() ?? nowMs) - nowMs);
  const columns = [playerId, stateName(session.state), age.padStart(8), left.padStart(6)];
  return [...columns, (edgeId || '–').padEnd(10), (matchId || '–').padEnd(14), displayName].join('  ');
}

export const sessionHead = [
  'player'.padEnd(32),
  'state   ',
  '     age',
  ' lease',
  'edge'.padEnd(10),
  'match'.padEnd(14),
  'name',
].join('  ');

export function eventJson(event: SessionEvent): string {
  return JSON.stringify({ ...event, kind: kindName(event.kind) });
}

export function eventLine({ playerId, kind, epoch, matchId, reason }: SessionEvent): string {
  return [playerId, kindName(kind).padEnd(8), epoch, matchId || '–', reason].join('  ').trimEnd();
}

const nameIn = (values: Readonly<Record<string, number>>, value: number, prefix: string) =>
  (Object.entries(values).find(([, one]) => one === value)?.[0] ?? `${prefix}UNKNOWN`)
    .slice(prefix.length)
    .toLowerCase();

const stateName = (state: Session_State) => nameIn(Session_State, state, 'STATE_');
const kindName = (kind: SessionEvent_Kind) => nameIn(SessionEvent_Kind, kind, 'KIND_');

function seconds(ms: number): string {
  const all = Math.max(0, Math.round(ms / 1_000));
  if (all < 120) return `${all} s`;
  return all < 7_200 ? `${Math.floor(all / 60)} min` : `${Math.floor(all / 3_600)} h`;
}
