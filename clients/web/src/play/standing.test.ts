import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClewError, type ClientState } from '@clew/client';
import { type Circumstances, isWorthRetrying, retrySecondsOf, type Standing, standingOf } from './standing.ts';

const calm: Circumstances = { hasRanking: false, wantsMatch: false, lostMatch: false, retrySeconds: 0 };

function ended(reason: string): ClientState {
  return { kind: 'ended', reason, error: ClewError.from(new Error('because of it')) };
}

function ways(standing: Standing): readonly string[] {
  assert.equal(standing.kind, 'notice');
  return standing.kind === 'notice' ? standing.ways : [];
}

test('a second tab is offered to play here, and so is the older one that was told', () => {
  for (const reason of ['SESSION_ACTIVE', 'SESSION_REPLACED']) {
    const standing = standingOf(ended(reason), calm);
    assert.equal(ways(standing)[0], 'take-over');
    assert.match(standing.kind === 'notice' ? standing.text : '', /another tab/);
  }
});

test('every ending has a button', () => {
  for (const reason of ['SESSION_KICKED', 'SESSION_ENDED', 'UNREACHABLE', 'CLOSED', 'INTERNAL', 'SOMETHING_NEW']) {
    assert.ok(ways(standingOf(ended(reason), calm)).length > 0, reason);
  }
});

test('a name that the server refuses leads back to where it was typed', () => {
  assert.equal(standingOf(ended('INVALID_ARGUMENT'), calm).kind, 'start');
});

test('the ranking stays until one plays again', () => {
  assert.equal(standingOf({ kind: 'lobby' }, { ...calm, hasRanking: true }).kind, 'ranking');
  assert.equal(standingOf({ kind: 'lobby' }, { ...calm, hasRanking: true, wantsMatch: true }).kind, 'notice');
  assert.equal(standingOf({ kind: 'lobby' }, calm).kind, 'start');
});

test('a lost match is told while one waits for the next', () => {
  const standing = standingOf({ kind: 'queued', place: 1, waiting: 1 }, { ...calm, lostMatch: true });
  assert.match(standing.kind === 'notice' ? `${standing.title} ${standing.text}` : '', /lost.*died.*next/);
});

test('a server that is away is tried again, one that is unwilling is not', () => {
  assert.ok(isWorthRetrying('UNREACHABLE'));
  assert.ok(!isWorthRetrying('SESSION_KICKED'));
  const standing = standingOf(ended('UNREACHABLE'), { ...calm, retrySeconds: 6 });
  assert.match(standing.kind === 'notice' ? standing.text : '', /again in 6 s/);
  assert.deepEqual([1, 2, 3, 50].map(retrySecondsOf), [3, 6, 12, 30]);
});
