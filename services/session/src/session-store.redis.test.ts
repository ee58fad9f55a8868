import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, suite, test } from 'node:test';
import { RenewOutcome, Session_State as State } from '@clew/protocol/clew/session/v1/session.ts';
import { eventsKey, SHARDS, scriptKeys, shardOf } from './keys.ts';
import {
  type CreateOutcome,
  type EpochOf,
  type LostRecord,
  type ResumeOutcome,
  SessionStore,
} from './session-store.ts';
import { anyPlayer, law, SessionRedis, shown } from './testing/session-redis.ts';

const LEASE_MS = 30_000;
const BACKSTOP_MS = 300_000;
const {
  RENEW_OUTCOME_RENEWED: RENEWED,
  RENEW_OUTCOME_REPLACED: REPLACED,
  RENEW_OUTCOME_ENDED: ENDED,
  RENEW_OUTCOME_KICKED: KICKED,
  RENEW_OUTCOME_MISSING: MISSING,
} = RenewOutcome;

let session: SessionRedis;
let store: SessionStore;
before(async () => {
  session = await SessionRedis.open(8);
  store = session.store;
});
after(() => session[Symbol.asyncDispose]());
beforeEach(() => session.clear());

/** What was taken, or a failure. */
function taken<Outcome extends CreateOutcome | ResumeOutcome>(outcome: Outcome) {
  assert.ok('taken' in outcome, outcome.kind);
  return outcome.taken as Extract<Outcome, { taken: unknown }>['taken'];
}

let requests = 0;
const anyRequest = () => `request-${++requests}`;
const create = async (player: string, takeOver = false) =>
  taken(await store.create(player, 'Ariadne', takeOver, anyRequest()));
const resume = async (token: string) => taken(await store.resume(shown(token), anyRequest()));
const attach = async (token: string, edge = 'edge-1') => {
  const attached = await store.attach(shown(token), edge);
  assert.ok(attached);
  return attached;
};

const renew = async (refs: readonly EpochOf[]) => (await store.renew(refs)).outcomes;
const reinstate = async (edgeId: string, records: readonly LostRecord[]) => {
  const { outcomes, written } = await store.reinstate(edgeId, records);
  return { outcomes, written };
};

suite('create', () => {
  test('takes the lease by the clock of Redis', async () => {
    const player = anyPlayer();
    const start = await session.now();
    const { session: created, resumed } = await create(player);
    const createMs = created.createTime!.getTime();
    assert.ok(createMs >= start && createMs <= (await session.now()));
    assert.deepEqual(
      { ...created, createTime: undefined, expireTime: created.expireTime?.getTime(), resumed },
      {
        playerId: player,
        epoch: createMs,
        displayName: 'Ariadne',
        state: State.STATE_DETACHED,
        edgeId: '',
        matchId: '',
        createTime: undefined,
        expireTime: createMs + LEASE_MS,
        resumed: false,
      },
    );
    assert.deepEqual(await session.kinds(player), ['CREATED']);
  });

  test('keeps only the hash of the token', async () => {
    const player = anyPlayer();
    const { token } = await create(player);
    const random = Buffer.from(token.split('.')[2]!, 'base64url');
    const record = await session.redis.hgetallBuffer(session.key(player));
    assert.deepEqual(record.t, createHash('sha256').update(random).digest());
    for (const value of Object.values(record)) assert.notDeepEqual(value, random);
  });

  test('enters a detached session again, with its match, a new epoch and a new token', async () => {
    const player = anyPlayer();
    const first = await create(player);
    await store.assignMatch(player, 'm-1', '');
    const second = taken(await store.create(player, 'Ariadne II', false, anyRequest()));
    assert.equal(second.resumed, true);
    assert.equal(second.session.matchId, 'm-1');
    assert.equal(second.session.displayName, 'Ariadne II');
    assert.ok(second.session.epoch > first.session.epoch);
    assert.equal(await store.authenticate(shown(first.token)), undefined);
    assert.ok(await store.authenticate(shown(second.token)));
    assert.deepEqual(await session.kinds(player), ['CREATED', 'RESUMED']);
  });

  test('leaves no token of before good, nor the one before that', async () => {
    const player = anyPlayer();
    const { token: first } = await create(player);
    const { token: second } = await resume(first);
    await create(player);
    assert.equal(await store.authenticate(shown(first)), undefined);
    assert.equal(await store.authenticate(shown(second)), undefined);
  });

  test('is refused while a stream is open, and nothing is touched', async () => {
    const player = anyPlayer();
    const { token } = await create(player);
    const attached = await attach(token);
    const before = await session.redis.hgetallBuffer(session.key(player));
    assert.deepEqual(await store.create(player, 'Impostor', false, anyRequest()), { kind: 'active' });
    assert.deepEqual(await session.redis.hgetallBuffer(session.key(player)), before);
    assert.equal((await store.authenticate(shown(token)))?.epoch, attached.epoch);
  });

  test('takes an attached session over when told to; the older stream is fenced', async () => {
    const player = anyPlayer();
    const { token } = await create(player);
    const older = await attach(token);
    const newer = await create(player, true);
    assert.ok(newer.session.epoch > older.epoch);
    assert.deepEqual(await renew([{ playerId: player, epoch: older.epoch }]), [REPLACED]);
    assert.equal(await store.detach({ playerId: player, epoch: older.epoch }), false);
    assert.equal(await store.end({ playerId: player, epoch: older.epoch }), false);
    assert.deepEqual(await session.kinds(player), ['CREATED', 'ATTACHED', 'REPLACED']);
  });

  test('announces the lease that ran out before it takes a new one, once', async () => {
    const player = anyPlayer();
    const first = await create(player);
    await store.assignMatch(player, 'm-1', '');
    await session.elapse(player);
    const second = await create(player);
    assert.equal(second.resumed, false);
    assert.equal(second.session.matchId, '');
    await store.sweep(100);
    assert.deepEqual(await session.announced(player), [
      { kind: 'CREATED', epoch: first.session.epoch, match: '' },
      { kind: 'EXPIRED', epoch: first.session.epoch, match: 'm-1' },
      { kind: 'CREATED', epoch: second.session.epoch, match: '' },
    ]);
  });

  test('starts anew after the session was ended', async () => {
    const player = anyPlayer();
    const { session: ended } = await create(player);
    assert.equal(await store.end({ playerId: player, epoch: ended.epoch }), true);
    const again = await create(player);
    assert.equal(again.resumed, false);
    assert.ok(again.session.epoch > ended.epoch);
  });
});

suite('a repeated request', () => {
  test('gets the same answer, token included, and changes nothing', async () => {
    const player = anyPlayer();
    const first = taken(await store.create(player, 'Ariadne', false, 'request-a'));
    const before = await session.redis.hgetallBuffer(session.key(player));
    const outcome = await store.create(player, 'Ariadne', false, 'request-a');
    assert.equal(outcome.kind, 'repeated');
    assert.deepEqual(taken(outcome), first);
    assert.deepEqual(await session.redis.hgetallBuffer(session.key(player)), before);
    assert.deepEqual(await session.kinds(player), ['CREATED']);
  });

  test('tells again whether a session was entered', async () => {
    const player = anyPlayer();
    await create(player);
    const entered = taken(await store.create(player, 'Ariadne', false, 'request-a'));
    assert.equal(entered.resumed, true);
    assert.deepEqual(taken(await store.create(player, 'Ariadne', false, 'request-a')), entered);
  });

  test('of a takeover does not take over the stream that opened since', async () => {
    const player = anyPlayer();
    const { token } = taken(await store.create(player, 'Ariadne', true, 'request-a'));
    const { epoch } = await attach(token);
    assert.equal(taken(await store.create(player, 'Ariadne', true, 'request-a')).token, token);
    assert.deepEqual(await renew([{ playerId: player, epoch }]), [RENEWED]);
    assert.deepEqual(await store.create(player, 'Ariadne', true, 'request-a'), { kind: 'spent' });
    assert.deepEqual(await renew([{ playerId: player, epoch }]), [RENEWED]);
  });

  test('lets go of the sealed token once the stream is renewed', async () => {
    const player = anyPlayer();
    const { token } = await create(player);
    assert.ok((await session.record(player)).w);
    const { epoch } = await attach(token);
    await renew([{ playerId: player, epoch }]);
    assert.equal((await session.record(player)).w, undefined);
  });

  test('of a resume gets the same token', async () => {
    const { token } = await create(anyPlayer());
    const first = taken(await store.resume(shown(token), 'request-b'));
    assert.deepEqual(await store.resume(shown(token), 'request-b'), { kind: 'repeated', taken: first });
  });

  test('is not answered with a token that another request has replaced since', async () => {
    const { token } = await create(anyPlayer());
    await store.resume(shown(token), 'request-b');
    await store.resume(shown(token), '');
    const again = await store.resume(shown(token), 'request-b');
    assert.equal(again.kind, 'resumed');
    assert.ok(await store.authenticate(shown(taken(again).token)));
  });

  test('without an id is another request', async () => {
    const player = anyPlayer();
    const first = taken(await store.create(player, 'Ariadne', false, ''));
    const second = taken(await store.create(player, 'Ariadne', false, ''));
    assert.notEqual(first.token, second.token);
    assert.equal(await store.authenticate(shown(first.token)), undefined);
  });

  test('id tells nothing of the token: two players who chose the same get different ones', async () => {
    const first = taken(await store.create(anyPlayer(), 'Ariadne', false, 'same'));
    const second = taken(await store.create(anyPlayer(), 'Theseus', false, 'same'));
    assert.notEqual(first.token.split('.')[2], second.token.split('.')[2]);
  });
});

suite('resume', () => {
  test('rotates the token under a new epoch and keeps seat and name', async () => {
    const player = anyPlayer();
    const { token, session: created } = await create(player);
    await store.assignMatch(player, 'm-1', '');
    const resumed = await resume(token);
    assert.notEqual(resumed.token, token);
    assert.ok(resumed.session.epoch > created.epoch);
    assert.equal(resumed.session.matchId, 'm-1');
    assert.equal(resumed.session.displayName, 'Ariadne');
    assert.deepEqual(await session.kinds(player), ['CREATED', 'RESUMED']);
  });

  test('gives a whole lease from now, and the time to live behind it', async () => {
    const player = anyPlayer();
    const { token } = await create(player);
    const start = await session.now();
    await session.redis.hset(session.key(player), 'd', start + 1_000); // as if most of the lease was over
    await session.redis.pexpire(session.key(player), 10_000);
    const { session: resumed } = await resume(token);
    assert.ok(resumed.expireTime!.getTime() >= start + LEASE_MS);
    const expires = await session.redis.pexpiretime(session.key(player));
    assert.equal(expires, resumed.expireTime!.getTime() + BACKSTOP_MS);
  });

  test('leaves the previous token good until the new one was used', async () => {
    const { token: first } = await create(anyPlayer());
    const { token: second } = await resume(first);
    assert.ok(await store.authenticate(shown(first)));
    assert.ok(await store.authenticate(shown(second)));
    await attach(second);
    assert.equal(await store.authenticate(shown(first)), undefined);
    assert.deepEqual(await store.resume(shown(first), anyRequest()), { kind: 'unknown' });
  });

  test('works with the same token when the first answer and then the second were lost', async () => {
    const { token } = await create(anyPlayer());
    const lost = await resume(token);
    const lostToo = await resume(token);
    const arrived = await resume(token);
    assert.equal(await store.authenticate(shown(lost.token)), undefined);
    assert.equal(await store.authenticate(shown(lostToo.token)), undefined);
    await attach(arrived.token);
    assert.deepEqual(await store.resume(shown(token), anyRequest()), { kind: 'unknown' });
  });

  test('by the new token is a use of it', async () => {
    const { token: first } = await create(anyPlayer());
    const { token: second } = await resume(first);
    await resume(second);
    assert.equal(await store.authenticate(shown(first)), undefined);
    assert.ok(await store.authenticate(shown(second)));
  });

  test('fences the stream that was open', async () => {
    const player = anyPlayer();
    const { token } = await create(player);
    const { epoch } = await attach(token);
    await resume(token);
    assert.deepEqual(await renew([{ playerId: player, epoch }]), [REPLACED]);
    assert.equal(await store.detach({ playerId: player, epoch }), false);
  });

  test('is refused once the lease ran out, swept or not', async () => {
    const player = anyPlayer();
    const { token } = await create(player);
    await session.elapse(player);
    assert.deepEqual(await store.resume(shown(token), anyRequest()), { kind: 'unknown' });
    await store.sweep(100);
    assert.deepEqual(await store.resume(shown(token), anyRequest()), { kind: 'unknown' });
  });
});

suite('a wrong token', () => {
  test('touches nothing: no timer, no lease, no stream, no index, no event', async () => {
    const player = anyPlayer();
    const { token } = await create(player);
    const [, , proof] = token.split('.') as [string, string, string];
    const wrong = shown(`${token.slice(0, -proof.length)}${'A'.repeat(43)}`);
    const [index] = scriptKeys(shardOf(player));
    const look = async () => ({
      record: await session.redis.hgetallBuffer(session.key(player)),
      expires: await session.redis.pexpiretime(session.key(player)),
      index: await session.redis.zrange(index!, '0', '-1', 'WITHSCORES'),
      indexExpires: await session.redis.pexpiretime(index!),
      events: await session.announced(player),
    });
    const before = await look();
    assert.deepEqual(await store.resume(wrong, anyRequest()), { kind: 'unknown' });
    assert.equal(await store.attach(wrong, 'edge-1'), undefined);
    assert.equal(await store.authenticate(wrong), undefined);
    assert.deepEqual(await look(), before);
  });

  test('of nobody makes nothing', async () => {
    const player = anyPlayer();
    const { token } = await create(player);
    await session.lose(player);
    assert.deepEqual(await store.resume(shown(token), anyRequest()), { kind: 'unknown' });
    assert.equal(await store.attach(shown(token), 'edge-1'), undefined);
    assert.equal(await session.redis.exists(session.key(player)), 0);
  });

  test('of an ended session proves nothing', async () => {
    const player = anyPlayer();
    const { token, session: created } = await create(player);
    await store.end({ playerId: player, epoch: created.epoch });
    assert.deepEqual(await store.resume(shown(token), anyRequest()), { kind: 'unknown' });
    assert.equal(await store.attach(shown(token), 'edge-1'), undefined);
    assert.equal(await store.authenticate(shown(token)), undefined);
  });
});

suite('attach', () => {
  test('notes the edge, raises the epoch and renews', async () => {
    const player = anyPlayer();
    const { token, session: created } = await create(player);
    await session.redis.hset(session.key(player), 'd', (await session.now()) + 1_000);
    const attached = await attach(token, 'edge-7');
    assert.equal(attached.edgeId, 'edge-7');
    assert.equal(attached.state, State.STATE_ATTACHED);
    assert.ok(attached.epoch > created.epoch);
    assert.ok(attached.expireTime!.getTime() >= created.expireTime!.getTime());
  });

  test('a second time wins over the first stream', async () => {
    const player = anyPlayer();
    const { token } = await create(player);
    const first = await attach(token, 'edge-1');
    const second = await attach(token, 'edge-2');
    assert.deepEqual(await renew([first, second]), [REPLACED, RENEWED]);
    assert.equal(await store.detach(first), false);
    assert.equal(await store.detach(second), true);
  });

  test('with the previous token keeps both good: the new one never arrived', async () => {
    const { token: first } = await create(anyPlayer());
    const { token: second } = await resume(first);
    await attach(first);
    assert.ok(await store.authenticate(shown(first)));
    assert.ok(await store.authenticate(shown(second)));
  });
});

suite('renew', () => {
  test('answers each of hundreds of players in the order asked, across all shards', async () => {
    const refs = [];
    for (let index = 0; index < 300; index += 1) {
      const player = (index % 256).toString(16).padStart(2, '0') + anyPlayer().slice(2);
      const { epoch } = await attach((await create(player)).token);
      refs.push({ playerId: player, epoch });
    }
    const asked = refs.map(({ playerId, epoch }, index) => ({ playerId, epoch: index % 3 === 0 ? epoch - 1 : epoch }));
    assert.deepEqual(
      await renew(asked),
      refs.map((_, index) => (index % 3 === 0 ? REPLACED : RENEWED)),
    );
  });

  test('sets a whole lease from now, in record, index and backstop', async () => {
    const player = anyPlayer();
    const { epoch } = await attach((await create(player)).token);
    const soon = (await session.now()) + 1_000;
    const [index] = scriptKeys(shardOf(player));
    await session.redis.hset(session.key(player), 'd', soon);
    await session.redis.zadd(index!, soon, player);
    await session.redis.pexpireat(session.key(player), soon + 1);
    await session.redis.pexpireat(index!, soon + 1);
    const start = await session.now();
    assert.deepEqual(await renew([{ playerId: player, epoch }]), [RENEWED]);
    const deadline = Number((await session.record(player)).d);
    assert.ok(deadline >= start + LEASE_MS && deadline <= (await session.now()) + LEASE_MS);
    assert.equal(await session.redis.zscore(index!, player), String(deadline));
    assert.equal(await session.redis.pexpiretime(session.key(player)), deadline + BACKSTOP_MS);
    assert.equal(await session.redis.pexpiretime(index!), deadline + BACKSTOP_MS);
  });

  test('tells what became of the others', async () => {
    const [ended, kicked, lost, elapsed] = [anyPlayer(), anyPlayer(), anyPlayer(), anyPlayer()];
    const refs = [];
    for (const player of [ended, kicked, lost, elapsed]) {
      const { epoch } = await attach((await create(player)).token);
      refs.push({ playerId: player, epoch });
    }
    await store.end(refs[0]!);
    await store.end(refs[1]!);
    await session.redis.hset(session.key(kicked), 's', 'k');
    await session.lose(lost);
    await session.elapse(elapsed);
    assert.deepEqual(await renew(refs), [ENDED, KICKED, MISSING, MISSING]);
  });

  test('tells that the record is missing when Redis came back with an older one', async () => {
    const player = anyPlayer();
    const { token, session: created } = await create(player);
    const { epoch } = await attach(token);
    await session.redis.hset(session.key(player), { e: created.epoch, s: 'd' });
    assert.deepEqual(await renew([{ playerId: player, epoch }]), [MISSING]);
  });

  test('of nobody asks nothing of Redis', async () => {
    assert.deepEqual(await renew([]), []);
  });
});

suite('reinstate', () => {
  /** A stream whose record is lost, and what its edge knows. */
  async function lostStream() {
    const player = anyPlayer();
    const { token } = await create(player);
    await store.assignMatch(player, 'm-1', '');
    const attached = await attach(token);
    await session.lose(player);
    await session.beyond(attached.epoch);
    const record = {
      playerId: player,
      epoch: attached.epoch,
      displayName: attached.displayName,
      matchId: attached.matchId,
      createMs: attached.createTime!.getTime(),
      tokenHash: shown(token).hash,
    };
    return { player, token, attached, record };
  }

  test('writes the record again as it was; the player never notices', async () => {
    const { player, token, attached, record } = await lostStream();
    assert.deepEqual(await reinstate('edge-1', [record]), { outcomes: [RENEWED], written: 1 });
    const again = (await store.authenticate(shown(token)))!;
    assert.deepEqual({ ...again, expireTime: undefined }, { ...attached, expireTime: undefined });
    assert.deepEqual(await renew([{ playerId: player, epoch: attached.epoch }]), [RENEWED]);
  });

  test('repeated only renews', async () => {
    const { record } = await lostStream();
    await reinstate('edge-1', [record]);
    assert.deepEqual(await reinstate('edge-1', [record]), { outcomes: [RENEWED], written: 0 });
  });

  test('stands a record that is named twice', async () => {
    const { record } = await lostStream();
    assert.deepEqual((await reinstate('edge-1', [record, record])).outcomes, [RENEWED, RENEWED]);
  });

  test('is refused by a higher epoch, and nothing is touched', async () => {
    const { player, record } = await lostStream();
    const newer = await create(player);
    assert.ok(newer.session.epoch > record.epoch);
    assert.deepEqual(await reinstate('edge-1', [record]), { outcomes: [REPLACED], written: 0 });
    assert.equal((await store.authenticate(shown(newer.token)))?.epoch, newer.session.epoch);
  });

  test('is refused by a higher epoch whose lease ran out and was not swept yet', async () => {
    const { player, record } = await lostStream();
    const newer = await create(player);
    await session.elapse(player);
    assert.deepEqual(await reinstate('edge-1', [record]), { outcomes: [REPLACED], written: 0 });
    assert.equal((await session.record(player)).e, String(newer.session.epoch));
  });

  test('is refused by a tombstone', async () => {
    const { player, record } = await lostStream();
    await reinstate('edge-1', [record]);
    await store.end({ playerId: player, epoch: record.epoch });
    assert.deepEqual(await reinstate('edge-1', [record]), { outcomes: [ENDED], written: 0 });
    await session.redis.hset(session.key(player), 's', 'k');
    assert.deepEqual(await reinstate('edge-1', [record]), { outcomes: [KICKED], written: 0 });
    assert.deepEqual(await store.get([player]), []);
  });

  test('writes over an older record, and over the tombstone of an older session', async () => {
    const { player, token, record } = await lostStream();
    await session.redis.hset(session.key(player), { e: record.epoch - 1, s: 'e' });
    assert.deepEqual(await reinstate('edge-1', [record]), { outcomes: [RENEWED], written: 1 });
    await session.redis.hset(session.key(player), { e: record.epoch - 1, p: 'old', q: 'old', w: 'old' });
    assert.deepEqual(await reinstate('edge-1', [record]), { outcomes: [RENEWED], written: 1 });
    const { p, q, w } = await session.record(player);
    assert.deepEqual({ p, q, w }, { p: undefined, q: undefined, w: undefined }, 'nothing is left of it');
    assert.equal((await store.authenticate(shown(token)))?.epoch, record.epoch);
  });

  test('answers many in the order asked, across shards', async () => {
    const lost = [];
    for (let index = 0; index < 80; index += 1) lost.push(await lostStream());
    await create(lost[3]!.player);
    const { outcomes, written } = await reinstate(
      'edge-1',
      lost.map(({ record }) => record),
    );
    assert.deepEqual(
      outcomes,
      lost.map((_, index) => (index === 3 ? REPLACED : RENEWED)),
    );
    assert.equal(written, 79);
  });
});

suite('detach', () => {
  test('lets a whole lease run and is announced once', async () => {
    const player = anyPlayer();
    const { epoch } = await attach((await create(player)).token);
    await store.assignMatch(player, 'm-1', '');
    await session.redis.hset(session.key(player), 'd', (await session.now()) + 1_000);
    const start = await session.now();
    assert.equal(await store.detach({ playerId: player, epoch }), true);
    const [found] = await store.get([player]);
    assert.equal(found?.state, State.STATE_DETACHED);
    assert.ok(found!.expireTime!.getTime() >= start + LEASE_MS);
    assert.equal(await store.detach({ playerId: player, epoch }), true);
    assert.deepEqual((await session.announced(player)).at(-1), { kind: 'DETACHED', epoch, match: 'm-1' });
    assert.deepEqual(await session.kinds(player), ['CREATED', 'ATTACHED', 'DETACHED']);
  });

  test('of nothing, of a tombstone or of a lease that ran out is ignored', async () => {
    const player = anyPlayer();
    const { epoch } = await attach((await create(player)).token);
    await session.elapse(player);
    assert.equal(await store.detach({ playerId: player, epoch }), false);
    await session.lose(player);
    assert.equal(await store.detach({ playerId: player, epoch }), false);
    const again = await create(player);
    await store.end(again.session);
    assert.equal(await store.detach({ playerId: player, epoch: again.session.epoch }), false);
  });
});

suite('end', () => {
  test('keeps tombstone and events as long as is configured', async () => {
    const brief = new SessionStore(session.redis, { ...law, eventsMs: 40_000, tombstoneMs: 20_000 });
    const player = anyPlayer();
    const created = await create(player);
    await brief.end(created.session);
    const tombstone = await session.redis.pttl(session.key(player));
    assert.ok(tombstone > 10_000 && tombstone <= 20_000);
    const events = await session.redis.pttl(eventsKey(shardOf(player)));
    assert.ok(events > 30_000 && events <= 40_000);
  });

  test('leaves a tombstone for ten minutes and nothing else', async () => {
    const player = anyPlayer();
    const { epoch } = await attach((await create(player)).token);
    await store.assignMatch(player, 'm-1', '');
    assert.equal(await store.end({ playerId: player, epoch }), true);
    assert.deepEqual(Object.keys(await session.record(player)).sort(), ['e', 's']);
    const ttl = await session.redis.pttl(session.key(player));
    assert.ok(ttl > 590_000 && ttl <= 600_000);
    assert.equal(await session.redis.zscore(scriptKeys(shardOf(player))[0]!, player), null);
    const [last] = (await session.announced(player)).slice(-1);
    assert.deepEqual({ kind: last?.kind, match: last?.match }, { kind: 'ENDED', match: 'm-1' });
    assert.ok(last!.epoch > epoch);
  });

  test('repeated says that it was over already, and announces nothing', async () => {
    const player = anyPlayer();
    const { session: created } = await create(player);
    assert.equal(await store.end(created), true);
    assert.equal(await store.end(created), false);
    assert.deepEqual(await session.kinds(player), ['CREATED', 'ENDED']);
  });

  test('ends sessions of older epochs too', async () => {
    const player = anyPlayer();
    const { session: created } = await create(player);
    assert.equal(await store.end({ playerId: player, epoch: created.epoch + 60_000 }), true);
  });
});

suite('the pointer to a match', () => {
  test('is set, replaced and cleared only where it is expected', async () => {
    const player = anyPlayer();
    await create(player);
    const pointer = async () => (await store.get([player]))[0]?.matchId;
    assert.equal(await store.assignMatch(player, 'm-1', ''), true);
    assert.equal(await store.assignMatch(player, 'm-2', 'm-0'), false);
    assert.equal(await pointer(), 'm-1');
    assert.equal(await store.assignMatch(player, '', 'm-0'), false);
    assert.equal(await pointer(), 'm-1');
    assert.equal(await store.assignMatch(player, 'm-2', 'm-1'), true);
    assert.equal(await pointer(), 'm-2');
    assert.equal(await store.assignMatch(player, '', 'm-2'), true);
    assert.equal(await pointer(), '');
  });

  test('stands when it is set again: an answer may have been lost', async () => {
    const player = anyPlayer();
    await create(player);
    await store.assignMatch(player, 'm-1', '');
    await store.assignMatch(player, 'm-2', 'm-1');
    assert.equal(await store.assignMatch(player, 'm-2', 'm-1'), true);
    await store.assignMatch(player, '', 'm-2');
    assert.equal(await store.assignMatch(player, '', 'm-2'), true);
  });

  test('of a session that is gone is refused, and makes no key', async () => {
    const [nobody, ended, elapsed] = [anyPlayer(), anyPlayer(), anyPlayer()];
    await store.end((await create(ended)).session);
    await create(elapsed);
    await session.elapse(elapsed);
    for (const player of [nobody, ended, elapsed]) assert.equal(await store.assignMatch(player, 'm-1', ''), false);
    assert.equal(await session.redis.exists(session.key(nobody)), 0);
    assert.deepEqual(Object.keys(await session.record(ended)).sort(), ['e', 's']);
  });
});

suite('get', () => {
  test('finds those that are live, and only those', async () => {
    const live = Array.from({ length: 90 }, anyPlayer);
    for (const player of live) await create(player);
    const [ended, elapsed] = [anyPlayer(), anyPlayer()];
    await store.end((await create(ended)).session);
    await create(elapsed);
    await session.elapse(elapsed);
    const found = await store.get([anyPlayer(), ended, ...live, elapsed]);
    assert.deepEqual(found.map(({ playerId }) => playerId).sort(), live.toSorted());
  });
});

suite('the sweep', () => {
  test('ends what ran out, with all that was kept of it, and leaves the rest', async () => {
    const [gone, stays] = [anyPlayer(), anyPlayer()];
    const { session: created } = await create(gone);
    await store.assignMatch(gone, 'm-1', '');
    await create(stays);
    await session.elapse(gone);
    assert.deepEqual(await store.sweep(100), { expired: 1, heldOff: 0, more: false });
    assert.equal(await session.redis.exists(session.key(gone)), 0);
    assert.equal(await session.redis.zscore(scriptKeys(shardOf(gone))[0]!, gone), null);
    assert.deepEqual((await session.announced(gone)).at(-1), { kind: 'EXPIRED', epoch: created.epoch, match: 'm-1' });
    assert.equal((await store.get([stays])).length, 1);
  });

  test('leaves a note of itself that is gone when nobody sweeps any more', async () => {
    await session.redis.flushdb();
    await store.sweep(100);
    for (let shard = 0; shard < SHARDS; shard += 1) {
      const ttl = await session.redis.pttl(scriptKeys(shard)[1]!);
      assert.ok(ttl > LEASE_MS && ttl <= LEASE_MS + BACKSTOP_MS, `shard ${shard}: ${ttl}`);
    }
  });

  test('announces each once, whoever sweeps at the same time', async (context) => {
    const players = Array.from({ length: 200 }, anyPlayer);
    for (const player of players) await create(player);
    for (const player of players) await session.elapse(player);
    const otherRedis = session.redis.duplicate();
    context.after(() => otherRedis.disconnect());
    const other = new SessionStore(otherRedis, { ...law, leaseMs: LEASE_MS, sweepPauseMsMax: 1e9 });
    const sweeps = await Promise.all([store, other, store, other].map((each) => each.sweep(2)));
    let expired = sweeps.reduce((sum, sweep) => sum + sweep.expired, 0);
    for (let more = true; more; ) {
      const again = await Promise.all([store.sweep(2), other.sweep(2)]);
      expired += again.reduce((sum, sweep) => sum + sweep.expired, 0);
      more = again.some((sweep) => sweep.more);
    }
    assert.equal(expired, players.length);
    for (const player of players) assert.deepEqual(await session.kinds(player), ['CREATED', 'EXPIRED']);
  });

  test('ends at most so many in one run, and says that more are due', async () => {
    const players = Array.from({ length: 3 }, () => `00${anyPlayer().slice(2)}`);
    for (const player of players) await create(player);
    for (const player of players) await session.elapse(player);
    assert.deepEqual(await store.sweep(2), { expired: 2, heldOff: 0, more: true });
    assert.deepEqual(await store.sweep(2), { expired: 1, heldOff: 0, more: false });
  });

  test('tells of a record that its backstop freed, so that a seat is not kept for it', async () => {
    const player = anyPlayer();
    const { session: created } = await create(player);
    await session.elapse(player);
    await session.redis.del(session.key(player));
    await store.sweep(100);
    const last = (await session.announced(player)).at(-1);
    assert.equal(last?.kind, 'EXPIRED');
    assert.ok(last!.epoch >= created.epoch - 1);
    assert.equal(await session.redis.zscore(scriptKeys(shardOf(player))[0]!, player), null);
  });

  test('mends an index that is older than its record', async () => {
    const player = anyPlayer();
    const { session: created } = await create(player);
    const [index] = scriptKeys(shardOf(player));
    await session.redis.zadd(index!, 1, player);
    assert.equal((await store.sweep(100)).expired, 0);
    assert.equal(await session.redis.zscore(index!, player), String(created.expireTime!.getTime()));
  });
});

suite('hold-off', () => {
  const PAUSE_MS_MAX = 2_000;
  let strict: SessionStore;
  before(() => {
    strict = new SessionStore(session.redis, { ...law, leaseMs: LEASE_MS, sweepPauseMsMax: PAUSE_MS_MAX });
  });

  /** A player whose lease ran out while nobody swept. */
  async function overdue(lastSweepAgoMs: number) {
    const player = anyPlayer();
    const { token, session: created } = await create(player);
    await session.elapse(player);
    await session.swept((await session.now()) - lastSweepAgoMs, 0);
    return { player, token, epoch: created.epoch };
  }

  test('begins when the last sweep is too long ago: nothing ends for one whole lease from now', async () => {
    const { player } = await overdue(PAUSE_MS_MAX + 500);
    const start = await session.now();
    assert.deepEqual(await strict.sweep(100), { expired: 0, heldOff: SHARDS, more: false });
    assert.deepEqual(await strict.sweep(100), { expired: 0, heldOff: 0, more: false });
    assert.equal((await strict.get([player])).length, 1);
    const [, sweep] = scriptKeys(shardOf(player));
    const hold = Number(await session.redis.hget(sweep!, 'hold'));
    assert.ok(hold >= start + LEASE_MS && hold <= (await session.now()) + LEASE_MS);
  });

  test('is over one lease later', async () => {
    const { player } = await overdue(PAUSE_MS_MAX + 500);
    await strict.sweep(100);
    await session.swept(await session.now(), (await session.now()) - 1);
    assert.equal((await strict.sweep(100)).expired, 1);
    assert.deepEqual(await strict.get([player]), []);
  });

  test('holds for every transition, also before the first sweep after the pause', async () => {
    const { player, token, epoch } = await overdue(PAUSE_MS_MAX + 500);
    assert.deepEqual((await strict.renew([{ playerId: player, epoch }])).outcomes, [RENEWED]);
    await session.elapse(player);
    assert.equal(await strict.assignMatch(player, 'm-1', ''), true);
    assert.equal(taken(await strict.resume(shown(token), anyRequest())).session.matchId, 'm-1');
  });

  test('holds where nobody ever swept: Redis came back empty', async () => {
    const { player } = await overdue(0);
    for (let shard = 0; shard < SHARDS; shard += 1) await session.redis.del(scriptKeys(shard)[1]!);
    assert.equal((await strict.get([player])).length, 1);
    assert.equal((await strict.sweep(100)).expired, 0);
  });

  test('begins when the clock went back', async () => {
    await overdue(-3_600_000);
    assert.equal((await strict.sweep(100)).heldOff, SHARDS);
  });

  test('never lasts longer than a lease, although the clock went back during it', async () => {
    const player = anyPlayer();
    const now = await session.now();
    await session.swept(now, now + 3_600_000);
    await strict.sweep(100);
    const hold = Number(await session.redis.hget(scriptKeys(shardOf(player))[1]!, 'hold'));
    assert.ok(hold <= (await session.now()) + LEASE_MS);
  });

  test('does not begin while sweeps follow each other', async () => {
    const { player } = await overdue(PAUSE_MS_MAX - 1_500);
    assert.deepEqual(await strict.sweep(100), { expired: 1, heldOff: 0, more: false });
    assert.deepEqual(await strict.get([player]), []);
  });
});
