import assert from 'node:assert/strict';
import { after, beforeEach, suite, test } from 'node:test';
import { RenewOutcome } from '@clew/protocol/clew/session/v1/session.ts';
import { scriptKeys, shardOf } from './keys.ts';
import type { LostRecord } from './session-store.ts';
import { anyPlayer, SessionRedis, shown } from './testing/session-redis.ts';

const { RENEW_OUTCOME_KICKED: KICKED } = RenewOutcome;

const session = await SessionRedis.open(12);
after(() => session[Symbol.asyncDispose]());
beforeEach(() => session.clear());

const ANY = 0;

/** A player with an open stream, in a match. */
async function attached() {
  const player = anyPlayer();
  const created = await session.store.create(player, 'Ariadne', false, '');
  assert.ok('taken' in created);
  const { token } = created.taken;
  const { epoch, createTime } = (await session.store.attach(shown(token), 'edge-1'))!;
  await session.store.assignMatch(player, 'm-1', '');
  const record: LostRecord = {
    ...{ playerId: player, epoch, displayName: 'Ariadne', matchId: 'm-1' },
    ...{ createMs: createTime!.getTime(), tokenHash: shown(token).hash },
  };
  return { player, token, epoch, record };
}

const kick = (playerId: string, epoch = ANY, requestId = '') =>
  session.store.kick({ playerId, epoch }, 'cheating', requestId);

suite('kick', () => {
  test('leaves a tombstone for ten minutes that says why, and nothing else', async () => {
    const { player, epoch } = await attached();
    assert.equal(await kick(player), true);
    const { e, s, r, ...rest } = await session.record(player);
    assert.deepEqual({ s, r, rest }, { s: 'k', r: 'cheating', rest: { q: '' } });
    assert.ok(Number(e) > epoch);
    const ttl = await session.redis.pttl(session.key(player));
    assert.ok(ttl > 590_000 && ttl <= 600_000);
    assert.equal(await session.redis.zscore(scriptKeys(shardOf(player))[0]!, player), null);
  });

  test('is announced with why and the match, under an epoch that no stream holds', async () => {
    const { player, epoch } = await attached();
    await kick(player);
    const [last] = (await session.announced(player)).slice(-1);
    assert.deepEqual({ ...last, epoch: 0 }, { kind: 'KICKED', match: 'm-1', reason: 'cheating', epoch: 0 });
    assert.ok(last!.epoch > epoch);
  });

  test('is told to whoever renews or writes the record again, with why, at its place among others', async () => {
    const [kicked, other] = [await attached(), await attached()];
    await kick(kicked.player);
    const renewals = await session.store.renew([other.record, kicked.record]);
    assert.deepEqual(renewals, {
      outcomes: [RenewOutcome.RENEW_OUTCOME_RENEWED, KICKED],
      kickReasons: { 1: 'cheating' },
    });
    const written = await session.store.reinstate('edge-1', [kicked.record, other.record]);
    assert.deepEqual([written.outcomes[0], written.kickReasons, written.written], [KICKED, { 0: 'cheating' }, 0]);
  });

  test('ends the token, and does not keep the player from coming back', async () => {
    const { player, token } = await attached();
    await kick(player);
    assert.equal(await session.store.authenticate(shown(token)), undefined);
    assert.equal((await session.store.resume(shown(token), '')).kind, 'unknown');
    assert.equal((await session.store.create(player, 'Ariadne', false, '')).kind, 'created');
  });

  test('takes detached sessions too', async () => {
    const { player, record } = await attached();
    await session.store.detach(record);
    assert.equal(await kick(player), true);
  });

  test('repeated by its request id answers the same, and announces nothing again', async () => {
    const { player } = await attached();
    assert.equal(await kick(player, ANY, 'request-1'), true);
    assert.equal(await kick(player, ANY, 'request-1'), true);
    assert.equal(await kick(player, ANY, 'request-2'), false);
    assert.equal(await kick(player), false);
    assert.equal((await session.kinds(player)).filter((kind) => kind === 'KICKED').length, 1);
  });

  test('of an epoch does not meet the session that came after', async () => {
    const { player, token, epoch } = await attached();
    const later = (await session.store.attach(shown(token), 'edge-2'))!;
    assert.equal(await kick(player, epoch), false);
    assert.equal((await session.store.get([player]))[0]?.epoch, later.epoch);
    assert.equal(await kick(player, later.epoch), true);
  });

  test('finds nothing where nobody is, or the lease ran out, or the player has left', async () => {
    assert.equal(await kick(anyPlayer()), false);
    const late = await attached();
    await session.elapse(late.player);
    assert.equal(await kick(late.player), false);
    const gone = await attached();
    await session.store.end(gone.record);
    assert.equal(await kick(gone.player), false);
    assert.equal((await session.record(gone.player)).s, 'e');
  });
});
