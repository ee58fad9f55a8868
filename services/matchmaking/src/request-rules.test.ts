import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';
import { checkMatchId, checkParty, checkPresence, checkTicketIds } from './request-rules.ts';

const member = (digit: string) => ({ playerId: digit.repeat(32), sessionEpoch: 1, displayName: 'Ariadne' });
const party = (...members: ReturnType<typeof member>[]) => ({ members, requestId: 'r-1', front: false });
const presence = {
  simulationId: 'simulation-1',
  controlAddress: '127.0.0.1:7000',
  trunkAddress: 'simulation-1.clew:7001',
  matches: 0,
  matchesMax: 10,
  draining: false,
  openMatches: [],
};

function refuses(check: () => void, field: string): void {
  assert.throws(check, (error) => {
    assert.ok(error instanceof ServiceError);
    assert.equal(error.status, Status.INVALID_ARGUMENT);
    const violations = error.details.flatMap((detail) => ('fieldViolations' in detail ? detail.fieldViolations : []));
    assert.deepEqual(
      violations.map((violation) => violation.field),
      [field],
    );
    return true;
  });
}

test('a party of one to eight different players is welcome', () => {
  assert.doesNotThrow(() => {
    checkParty(party(member('a')), 8);
    checkParty(party(...['0', '1', '2', '3', '4', '5', '6', '7'].map(member)), 8);
    checkParty({ ...party(member('a')), requestId: '' }, 8);
  });
});

test('a party that is empty, too large or not of different players is refused by field', () => {
  refuses(() => checkParty(party(), 8), 'members');
  refuses(() => checkParty(party(...['0', '1', '2', '3', '4', '5', '6', '7', '8'].map(member)), 8), 'members');
  refuses(() => checkParty(party(member('0'), member('1')), 1), 'members');
  refuses(() => checkParty(party(member('a'), member('a')), 8), 'members[1].player_id');
});

test('a member that is nobody is refused by field', () => {
  for (const playerId of ['', 'a'.repeat(31), 'A'.repeat(32), 'g'.repeat(32), `${'a'.repeat(32)}\n`]) {
    refuses(() => checkParty(party(member('b'), { ...member('a'), playerId }), 8), 'members[1].player_id');
  }
  for (const sessionEpoch of [0, -1, Number.NaN, 1.5]) {
    refuses(() => checkParty(party({ ...member('a'), sessionEpoch }), 8), 'members[0].session_epoch');
  }
  for (const displayName of ['', 'x'.repeat(25), 'a\u0000b', 'a\nb', '\u0085']) {
    refuses(() => checkParty(party({ ...member('a'), displayName }), 8), 'members[0].display_name');
  }
  checkParty(party({ ...member('a'), displayName: '𝒜'.repeat(24) }), 8);
});

test('ids of another make are refused by field', () => {
  refuses(() => checkParty({ ...party(member('a')), requestId: 'x'.repeat(65) }, 8), 'request_id');
  refuses(() => checkParty({ ...party(member('a')), requestId: 'with blank' }, 8), 'request_id');
  const ticket = `t-${'x'.repeat(16)}`;
  checkTicketIds([ticket]);
  refuses(() => checkTicketIds([ticket, 't-*']), 'ticket_ids[1]');
  refuses(() => checkTicketIds(new Array(1_001).fill(ticket)), 'ticket_ids');
  refuses(() => checkMatchId('}:match'), 'match_id');
});

test('a simulation without name or addresses is refused by field', () => {
  checkPresence(presence);
  refuses(() => checkPresence({ ...presence, simulationId: '' }), 'simulation_id');
  refuses(() => checkPresence({ ...presence, simulationId: 'a b' }), 'simulation_id');
  refuses(() => checkPresence({ ...presence, controlAddress: 'nowhere' }), 'control_address');
  refuses(() => checkPresence({ ...presence, controlAddress: '127.0.0.1:0' }), 'control_address');
  refuses(() => checkPresence({ ...presence, trunkAddress: '127.0.0.1:65536' }), 'trunk_address');
  const openMatches = [{ matchId: 'm-1', seats: 1 }];
  refuses(() => checkPresence({ ...presence, openMatches }), 'open_matches[0].match_id');
});
