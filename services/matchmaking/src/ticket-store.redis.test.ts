import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import {
  type CreateTicketRequest,
  TicketStatus_State as State,
} from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { queueKeys } from './keys.ts';
import { member, party, TestRedis } from './testing/test-redis.ts';
import { TicketStore } from './ticket-store.ts';

const database = await TestRedis.open(8);
const limits = { leaseMs: 60_000, claimMs: 60_000, assignedMs: 60_000, requestMs: 60_000, ticketsMax: 1_000 };
const tickets = new TicketStore(database.redis, limits);
const match = { matchId: 'm-1', epoch: 7, simulationId: 's1', trunkAddress: '127.0.0.1:7001' };

beforeEach(async () => {
  await database.redis.flushdb();
  await database.sweptLately();
});
after(() => database[Symbol.asyncDispose]());

async function create(request: CreateTicketRequest, store = tickets): Promise<string> {
  const outcome = await store.create(request);
  assert.ok(outcome.kind === 'ticket', `not a ticket: ${outcome.kind}`);
  // Places go by milliseconds: the clock moves on before the next one comes.
  for (const then = await database.nowMs(); (await database.nowMs()) === then; );
  return outcome.ticketId;
}

async function status(ticketId: string) {
  const [only] = await tickets.renew([ticketId]);
  return only!;
}

const queue = async () => (await tickets.survey()).tickets.map((ticket) => ticket.ticketId);

test('places and the number of those who wait count players', async () => {
  const first = await create(party([1, 2, 3]));
  const second = await create(party([4]));
  const [one, two, gone] = await tickets.renew([first, second, 't-nothing']);
  assert.deepEqual(one, { state: State.STATE_WAITING, place: 1, waiting: 4, match: undefined });
  assert.deepEqual(two, { state: State.STATE_WAITING, place: 4, waiting: 4, match: undefined });
  assert.deepEqual(gone, { state: State.STATE_GONE, place: 0, waiting: 0, match: undefined });
});

test('the survey shows parties whole, in order, with their waits', async () => {
  const ids = [await create(party([1, 2])), await create(party([3])), await create(party([4, 5, 6]))];
  const { nowMs, tickets: waiting } = await tickets.survey();
  assert.deepEqual(new Set(waiting.map((ticket) => ticket.ticketId)), new Set(ids));
  for (const ticket of waiting) {
    assert.equal(ticket.size, [2, 1, 3][ids.indexOf(ticket.ticketId)]);
    assert.ok(nowMs - ticket.waitStartMs >= 0 && nowMs - ticket.waitStartMs < 60_000);
  }
});

test('a party that the survey cannot show whole is not shown', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 103; n += 1) ids.push(await create(party([1, 2, 3, 4, 5].map((p) => n * 5 + p))));
  const { tickets: waiting } = await tickets.survey();
  assert.equal(waiting.length, 102);
  for (const ticket of waiting) assert.equal(ticket.size, 5);
});

test('a repeated request gets the same ticket, even when that is over', async () => {
  const request = party([1], { requestId: 'again' });
  const ticketId = await create(request);
  assert.equal(await create(request), ticketId);
  assert.equal(await tickets.cancel(ticketId), true);
  assert.equal(await create(request), ticketId);
  assert.equal((await status(ticketId)).state, State.STATE_GONE);
});

test("another player's request id is another request", async () => {
  const one = await create(party([1], { requestId: 'same' }));
  assert.notEqual(await create(party([2], { requestId: 'same' })), one);
});

test('who waits already keeps ticket and place, and is known by the newest session', async () => {
  const ticketId = await create(party([1]));
  await create(party([2]));
  const newer = { ...member(1), sessionEpoch: 5_000, displayName: 'Renamed' };
  assert.equal(await create({ ...party([1]), members: [newer] }), ticketId);
  assert.equal((await status(ticketId)).place, 1);
  assert.equal(await create(party([1])), ticketId); // an older one, late
  assert.deepEqual(await tickets.claim('c', [ticketId]), [{ ticketId, members: [newer], traceParent: '' }]);
});

test('a player waits in one party at most', async () => {
  const ticketId = await create(party([1, 2]));
  assert.deepEqual(await tickets.create(party([3, 2])), { kind: 'waits-elsewhere', memberIndex: 1 });
  assert.deepEqual(await tickets.create(party([2, 3])), { kind: 'waits-elsewhere', memberIndex: 0 });
  assert.equal(await create(party([2])), ticketId);
  await tickets.cancel(ticketId);
  assert.notEqual(await create(party([2, 3])), ticketId);
});

test('who lost a match stands in front of everybody, first come first', async () => {
  const waiting = await create(party([1]));
  const lost = await create(party([2], { front: true }));
  const lostLater = await create(party([3], { front: true }));
  assert.deepEqual(await queue(), [lost, lostLater, waiting]);
  const { nowMs, tickets: survey } = await tickets.survey();
  for (const ticket of survey) assert.ok(nowMs - ticket.waitStartMs < 60_000);
});

test('who waits already and asks again has a whole lease from then', async () => {
  const ticketId = await create(party([1]));
  const key = `${queueKeys.ticketPrefix}${ticketId}`;
  const soon = (await database.nowMs()) + 1_000; // as if most of the lease was over
  await database.redis.hset(key, { deadline: soon });
  assert.equal(await create(party([1])), ticketId);
  assert.ok(Number(await database.redis.hget(key, 'deadline')) > soon);
});

test('who waits already can be moved to the front', async () => {
  const first = await create(party([1]));
  const second = await create(party([2]));
  assert.equal(await create(party([2], { front: true })), second);
  assert.deepEqual(await queue(), [second, first]);
});

test('a full queue takes nobody new and keeps those who wait', async () => {
  const small = new TicketStore(database.redis, { ...limits, ticketsMax: 2 });
  const first = await create(party([1]), small);
  await create(party([2]), small);
  assert.deepEqual(await small.create(party([3])), { kind: 'full' });
  assert.equal(await create(party([1]), small), first);
});

test('a ticket that nobody renews is gone, and nothing is left of it', async () => {
  const ticketId = await create(party([1, 2]));
  await database.lapseTicket(ticketId);
  assert.equal((await status(ticketId)).state, State.STATE_GONE);
  assert.deepEqual(await database.remains(), []);
});

test('a renewal keeps a ticket whose lease is running down', async () => {
  const ticketId = await create(party([1]));
  const key = `${queueKeys.ticketPrefix}${ticketId}`;
  const soon = (await database.nowMs()) + 30_000;
  await database.redis.hset(key, { deadline: soon });
  await database.redis.zadd(queueKeys.deadlines, soon, ticketId);
  assert.equal((await status(ticketId)).state, State.STATE_WAITING);
  assert.ok(Number(await database.redis.hget(key, 'deadline')) > soon);
  assert.ok(Number(await database.redis.zscore(queueKeys.deadlines, ticketId)) > soon);
});

test('coming back renews a ticket', async () => {
  const ticketId = await create(party([1]));
  const key = `${queueKeys.ticketPrefix}${ticketId}`;
  const soon = (await database.nowMs()) + 30_000;
  await database.redis.hset(key, { deadline: soon });
  await create(party([1]));
  assert.ok(Number(await database.redis.hget(key, 'deadline')) > soon);
});

test('a claimed ticket that nobody renews leaves nothing either', async () => {
  const ticketId = await create(party([1]));
  await tickets.claim('c', [ticketId]);
  await database.lapseTicket(ticketId);
  assert.equal((await status(ticketId)).state, State.STATE_GONE);
  assert.deepEqual(await database.remains(), []);
});

test('what is left of a ticket whose record was lost goes when its player comes back', async () => {
  const lost = await create(party([1]));
  await database.redis.del(`${queueKeys.ticketPrefix}${lost}`);
  const ticketId = await create(party([1]));
  assert.notEqual(ticketId, lost);
  assert.deepEqual(await queue(), [ticketId]);
  const claimed = await create(party([2]));
  await tickets.claim('c', [claimed]);
  await database.redis.del(`${queueKeys.ticketPrefix}${claimed}`);
  await database.lapseClaim(claimed);
  assert.deepEqual(await queue(), [ticketId]);
  assert.equal(await database.redis.exists(queueKeys.claimed), 0);
});

test('after Redis was away nobody loses the place for one lease', async () => {
  const ticketId = await create(party([1]));
  await database.lapseTicket(ticketId);
  await database.wasAway();
  assert.deepEqual(await queue(), [ticketId]); // begins the hold-off
  await database.lapseTicket(ticketId);
  assert.deepEqual(await queue(), [ticketId]);
  assert.equal((await status(ticketId)).place, 1);
  await database.sweptLately();
  assert.deepEqual(await queue(), [ticketId]); // renewed meanwhile
});

test('the hold-off ends', async () => {
  await database.redis.del(queueKeys.sweep);
  const ticketId = await create(party([1]));
  await tickets.survey();
  await database.lapseTicket(ticketId);
  await database.redis.hset(queueKeys.sweep, { hold_until: 0 });
  assert.deepEqual(await queue(), []);
});

test('without a sweep nothing expires', async () => {
  const ticketId = await create(party([1]));
  await database.lapseTicket(ticketId);
  await database.redis.del(queueKeys.sweep);
  assert.equal((await status(ticketId)).place, 1);
});

test('of many claims for one ticket one wins', async () => {
  const ids = [await create(party([1])), await create(party([2, 3]))];
  const claims = await Promise.all(Array.from({ length: 10 }, (_, n) => tickets.claim(`claim-${n}`, ids)));
  const won = claims.filter((claim) => claim !== undefined);
  assert.deepEqual(won, [
    [
      { ticketId: ids[0], members: [member(1)], traceParent: '' },
      { ticketId: ids[1], members: [member(2), member(3)], traceParent: '' },
    ],
  ]);
  assert.deepEqual(await queue(), []);
  assert.equal((await status(ids[0]!)).state, State.STATE_CLAIMED);
});

test('a claim takes all of its tickets or none', async () => {
  const one = await create(party([1]));
  const two = await create(party([2]));
  await tickets.cancel(two);
  assert.equal(await tickets.claim('c', [one, two]), undefined);
  assert.deepEqual(await queue(), [one]);
});

test('an entry whose ticket is lost does not stand in the way', async () => {
  const one = await create(party([1]));
  const two = await create(party([2]));
  await database.redis.del(`${queueKeys.ticketPrefix}${one}`);
  assert.equal(await tickets.claim('c', [one, two]), undefined);
  assert.deepEqual(await queue(), [two]);
});

test('a claim that lapses returns its tickets to their places', async () => {
  const one = await create(party([1]));
  const two = await create(party([2]));
  const before = await tickets.survey();
  await tickets.claim('c', [one]);
  assert.equal((await status(two)).place, 1);
  await database.lapseClaim(one);
  assert.deepEqual((await tickets.survey()).tickets, before.tickets);
  assert.deepEqual(await tickets.assign('c', [one], match), [false]);
  assert.equal((await status(one)).place, 1);
  assert.equal((await status(two)).place, 2);
  assert.equal(await database.redis.exists(queueKeys.claimed), 0);
});

test('tickets that are given back stand where they stood', async () => {
  const one = await create(party([1]));
  const two = await create(party([2]));
  const before = (await tickets.survey()).tickets;
  await tickets.claim('c', [one, two]);
  await tickets.giveBack('another claim', [one]);
  assert.deepEqual(await queue(), []);
  await tickets.giveBack('c', [one, two]);
  assert.deepEqual((await tickets.survey()).tickets, before);
});

test('a claimed ticket is renewed, and moved to the front when it comes back', async () => {
  const one = await create(party([1]));
  const two = await create(party([2]));
  await tickets.claim('c', [two]);
  assert.equal(await create(party([2], { front: true })), two);
  assert.equal((await status(two)).state, State.STATE_CLAIMED);
  assert.deepEqual(await queue(), [one]);
  await tickets.giveBack('c', [two]);
  assert.deepEqual(await queue(), [two, one]);
});

test('an assigned ticket tells its match, is not waited for any more, and ends', async () => {
  const ticketId = await create(party([1]));
  await tickets.claim('c', [ticketId]);
  assert.deepEqual(await tickets.assign('c', [ticketId], match), [true]);
  assert.deepEqual(await status(ticketId), { state: State.STATE_ASSIGNED, place: 0, waiting: 0, match });
  assert.equal(await tickets.cancel(ticketId), false);
  assert.notEqual(await create(party([1])), ticketId); // may ask for the next match
  await database.lapseTicket(ticketId);
  assert.equal((await status(ticketId)).state, State.STATE_GONE);
  assert.equal((await tickets.survey()).tickets.length, 1);
});

test('nothing brings an assigned ticket back into the queue', async () => {
  const ticketId = await create(party([1]));
  await tickets.claim('c', [ticketId]);
  await tickets.assign('c', [ticketId], match);
  await tickets.giveBack('c', [ticketId]);
  await database.lapseClaim(ticketId);
  assert.deepEqual(await queue(), []);
  assert.equal((await status(ticketId)).state, State.STATE_ASSIGNED);
});

test('an assigned ticket stays as long as it is to be read, whatever was left of its lease', async () => {
  const ticketId = await create(party([1]));
  await tickets.claim('c', [ticketId]);
  const before = await database.nowMs();
  await new TicketStore(database.redis, { ...limits, assignedMs: 600_000 }).assign('c', [ticketId], match);
  const deadline = await database.redis.hget(`${queueKeys.ticketPrefix}${ticketId}`, 'deadline');
  assert.ok(Number(deadline) >= before + 600_000);
});

test('a ticket is assigned by the claim that holds it only', async () => {
  const [held, cancelled, lapsed] = [await create(party([1])), await create(party([2])), await create(party([3]))];
  await tickets.claim('c', [held, cancelled, lapsed]);
  assert.equal(await tickets.cancel(cancelled), true);
  await database.lapseTicket(lapsed);
  assert.deepEqual(await tickets.assign('another', [held], match), [false]);
  assert.deepEqual(await tickets.assign('c', [held, cancelled, lapsed], match), [true, false, false]);
});

test('cancelling leaves nothing', async () => {
  const ticketId = await create(party([1, 2, 3]));
  assert.equal(await tickets.cancel(ticketId), true);
  assert.equal(await tickets.cancel(ticketId), false);
  assert.deepEqual(await database.remains(), []);
});

test('every key that any transition writes runs out by itself, and no index before what it holds', async () => {
  await database.redis.flushdb();
  const indexes = [queueKeys.waiting, queueKeys.claimed, queueKeys.deadlines];
  const soonMs = 10_000;
  const afterwards = async () => {
    assert.deepEqual(await database.immortal(), []);
    for (const key of indexes) {
      const ttlMs = await database.redis.pttl(key);
      assert.ok(ttlMs === -2 || ttlMs > soonMs, `${key} has ${ttlMs} ms`);
      await database.redis.pexpire(key, soonMs);
    }
  };
  const ids: string[] = [];
  for (const players of [[1, 2], [3], [4]]) {
    ids.push(await create(party(players, { requestId: 'r' })));
    await afterwards();
  }
  await tickets.claim('c', ids.slice(0, 2));
  await afterwards();
  await tickets.assign('c', ids.slice(0, 1), match);
  await afterwards();
  await tickets.giveBack('c', ids.slice(1, 2));
  await afterwards();
  await new TicketStore(database.redis, { ...limits, leaseMs: 600_000 }).renew(ids);
  await afterwards();
  await tickets.survey();
  assert.deepEqual(await database.immortal(), []);
});
