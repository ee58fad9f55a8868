import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ListSessionsRequest, Session, SessionRecord } from '@clew/protocol/clew/session/v1/session.ts';
import { ServiceError } from '@clew/service-kit/service-error';
import { BadRequest } from 'nice-grpc-error-details';
import * as check from './request-fields.ts';

const player = '0'.repeat(32);

/** The field that a check refuses. */
function refusedField(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof ServiceError);
    const detail = error.details.find((detail) => detail.$type === BadRequest.$type);
    return detail?.fieldViolations[0]?.field;
  }
  return undefined;
}

suite('a name', () => {
  test('is kept without the spaces around it, composed', () => {
    assert.equal(check.displayName('display_name', '  Ariadne\t'), 'Ariadne');
    assert.equal(check.displayName('display_name', 'Zoe\u0308'), 'Zo\u00eb');
  });

  test('may have 24 characters, counted as people count emoji and not as UTF-16 does', () => {
    const name = '\u{1f600}'.repeat(24);
    assert.equal(check.displayName('display_name', name), name);
    assert.equal(
      refusedField(() => check.displayName('display_name', `${name}!`)),
      'display_name',
    );
  });

  for (const [fault, name] of Object.entries({
    'is empty': '',
    'is made of spaces': ' \u2003\u00a0 ',
    'is made of what cannot be seen': '\u200d\u200b',
    'has a line feed': 'Ari\nadne',
    'has a null': 'Ari\0adne',
    'has a C1 control character': 'Ari\u0085adne',
    'has a line separator': 'Ari\u2028adne',
    'turns the direction of the text': 'Ari\u202eadne',
    'is too long': 'a'.repeat(25),
  })) {
    test(`is refused when it ${fault}`, () => {
      assert.equal(
        refusedField(() => check.displayName('display_name', name)),
        'display_name',
      );
    });
  }
});

suite('what requests carry', () => {
  const refused: Record<string, () => unknown> = {
    player_id: () => check.playerId('player_id', 'A'.repeat(32)),
    request_id: () => check.requestId('request_id', 'a b'),
    edge_id: () => check.edgeId('edge_id', ''),
    match_id: () => check.matchId('match_id', 'm 1'),
    token: () => check.shownToken('token', 's1.nobody.nothing'),
    cursor: () => check.cursor('cursor', 'x'.repeat(5_000)),
    reason: () => check.kickReason('reason', 'x'.repeat(101)),
    epoch: () => check.anyEpoch('epoch', -1),
    page_size: () => check.pageSize('page_size', -1),
    page_token: () => check.pageToken('page_token', 'x', {}),
    state: () => check.sessionFilter(listing({ state: 9 as 1 })),
    age_min: () => check.sessionFilter(listing({ ageMin: { seconds: -1, nanos: 0 } })),
    age_max: () => check.sessionFilter(listing({ ageMax: { seconds: 0, nanos: -1_000_000 } })),
    session: () => check.epochOf('session', undefined),
    'session.epoch': () => check.epochOf('session', { playerId: player, epoch: 0 }),
    'session.player_id': () => check.epochOf('session', { playerId: '', epoch: 1 }),
    sessions: () => check.batch('sessions', Array(1_001).fill({ playerId: player, epoch: 1 }), check.epochOf),
    'sessions[1].epoch': () =>
      check.batch(
        'sessions',
        [
          { playerId: player, epoch: 1 },
          { playerId: player, epoch: -1 },
        ],
        check.epochOf,
      ),
    'records[0].token_hash': () =>
      check.batch('records', [record({ tokenHash: new Uint8Array(31) })], check.lostRecord),
    'records[0].session.display_name': () =>
      check.batch('records', [record({ session: session({ displayName: '' }) })], check.lostRecord),
    'records[0].session.create_time': () =>
      check.batch('records', [record({ session: session({ createTime: undefined }) })], check.lostRecord),
  };
  for (const [field, act] of Object.entries(refused)) {
    test(`is refused by the name of its field: ${field}`, () => assert.equal(refusedField(act), field));
  }

  test('may leave out what has a meaning when it is empty', () => {
    assert.equal(check.requestId('request_id', ''), '');
    assert.equal(check.matchId('match_id', ''), '');
    assert.equal(check.cursor('cursor', ''), undefined);
    assert.deepEqual(check.batch('sessions', [], check.epochOf), []);
    assert.equal(check.pageSize('page_size', 0), 100);
    assert.equal(check.pageToken('page_token', '', {}), undefined);
    const anything = { state: undefined, edgeId: undefined, ageMinMs: undefined, ageMaxMs: undefined };
    assert.deepEqual(check.sessionFilter(listing({})), anything);
  });

  test('may ask for larger pages than there are', () => {
    assert.equal(check.pageSize('page_size', 5_000), 1_000);
  });

  test('tells a filter in the words of the store', () => {
    const request = listing({ state: 1, edgeId: 'edge-1', ageMin: { seconds: 2, nanos: 500_000_000 } });
    const filter = { state: 'attached', edgeId: 'edge-1', ageMinMs: 2_500, ageMaxMs: undefined };
    assert.deepEqual(check.sessionFilter(request), filter);
  });

  const listing = (fields: Partial<ListSessionsRequest>) => ({ ...ListSessionsRequest.fromPartial({}), ...fields });

  function session(partial: Partial<Session>): Session {
    return {
      ...Session.fromPartial({ playerId: player, epoch: 1, displayName: 'Ariadne', createTime: new Date(1) }),
      ...partial,
    };
  }

  function record(partial: Partial<SessionRecord>): SessionRecord {
    return { ...SessionRecord.fromPartial({ tokenHash: new Uint8Array(32) }), session: session({}), ...partial };
  }
});
