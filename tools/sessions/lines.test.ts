import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Session, SessionEvent } from '@clew/protocol/clew/session/v1/session.ts';
import { eventJson, eventLine, sessionJson, sessionLine } from './lines.ts';

const playerId = 'a'.repeat(32);
const fields = { playerId, epoch: 7, displayName: 'Ariadne', state: 1, edgeId: 'edge-1' } as const;
const session = Session.fromPartial({ ...fields, createTime: new Date(0), expireTime: new Date(330_000) });

test('a session is a line that tells who, where, since when and for how long', () => {
  const line = sessionLine(session, 300_000);
  assert.match(line, /^a{32} {2}attached +5 min +30 s +edge-1 +– +Ariadne$/);
});

test('an event is a line that tells what happened, and why', () => {
  const event = SessionEvent.fromPartial({ playerId, epoch: 7, kind: 8, matchId: 'm-1', reason: 'cheating' });
  assert.match(eventLine(event), /^a{32} {2}kicked +7 +m-1 +cheating$/);
  assert.equal(JSON.parse(eventJson(event)).kind, 'kicked');
});

test('--json keeps the names of the protocol', () => {
  const { epoch, state, createTime } = JSON.parse(sessionJson(session));
  assert.deepEqual(
    { epoch, state, createTime },
    { epoch: 7, state: 'attached', createTime: '1970-01-01T00:00:00.000Z' },
  );
});
