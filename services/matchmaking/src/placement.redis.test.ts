import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { after, afterEach, beforeEach, test } from 'node:test';
import { TicketStatus_State as State } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { SessionServiceDefinition } from '@clew/protocol/clew/session/v1/session.ts';
import { Collections } from '@clew/service-kit/collections';
import { callChannel, controlClients } from '@clew/service-kit/control-client';
import { createLog } from '@clew/service-kit/log';
import { connectRedis, redisReady } from '@clew/service-kit/redis';
import { RedisRelay } from '@clew/service-kit/testing/test-redis';
import type { Redis } from 'ioredis';
import { ServerError, Status } from 'nice-grpc';
import type { Decision } from './formation.ts';
import { matchKey } from './keys.ts';
import { MatchDirectory } from './match-directory.ts';
import { type PlacementPeers, place } from './placement.ts';
import { SimulationLinks } from './simulation-links.ts';
import { FakeSessions } from './testing/fake-sessions.ts';
import { FakeSimulation } from './testing/fake-simulation.ts';
import { member, party, TestRedis } from './testing/test-redis.ts';
import { TicketStore } from './ticket-store.ts';

const log = createLog({ name: 'test', level: 'silent', format: 'json' });
const database = await TestRedis.open(11);
const sessions = await FakeSessions.open();
const sessionChannel = callChannel([sessions.address]);
const one = await FakeSimulation.open('s1', { trunkAddress: '127.0.0.1:7001' });
const two = await FakeSimulation.open('s2', { trunkAddress: '127.0.0.1:7002' });
const never = new AbortController().signal;

let links: SimulationLinks;
let peers: PlacementPeers;

function peersOn(redis: Redis, { claimMs = 60_000, callMs = 10_000 } = {}): PlacementPeers {
  return {
    tickets: new TicketStore(redis, {
      leaseMs: 60_000,
      claimMs,
      assignedMs: 60_000,
      requestMs: 60_000,
      ticketsMax: 100,
    }),
    matches: new MatchDirectory(redis, { leaseMs: 60_000, tombstoneMs: 60_000 }),
    sessions: controlClients.create(SessionServiceDefinition, sessionChannel),
    links,
    log,
    claimMs,
    callMs,
    onSessionFailure: () => {},
  };
}

beforeEach(async () => {
  await database.redis.flushdb();
  await database.sweptLately();
  links = new SimulationLinks(new Collections(), { linksMax: 10, callMs: 10_000 });
  links.update([one, two].map(({ presence }) => ({ ...presence, deadlineMs: 1 })));
  peers = peersOn(database.redis);
});
afterEach(() => {
  links[Symbol.dispose]();
  for (const simulation of [one, two]) {
    simulation.created.length = 0;
    simulation.reserved.length = 0;
    simulation.onCreate = () => undefined;
    simulation.onReserve = () => undefined;
  }
  sessions.pointers.clear();
  sessions.over.clear();
  sessions.asked = 0;
  sessions.onAssign = () => undefined;
});
after(async () => {
  sessionChannel.close();
  await Promise.all([one, two, sessions, database].map((peer) => peer[Symbol.asyncDispose]()));
});

async function create(...players: number[]): Promise<string> {
  const outcome = await peers.tickets.create(party(players));
  assert.ok(outcome.kind === 'ticket');
  return outcome.ticketId;
}

const status = async (ticketId: string) => (await peers.tickets.renew([ticketId]))[0]!;
const state = async (ticketId: string) => (await status(ticketId)).state;
const recordState = (matchId: string) => database.redis.hget(matchKey(matchId), 'state');
const pointer = (n: number) => sessions.pointers.get(member(n).playerId);
const newMatch = (...ticketIds: string[]): Decision => ({ kind: 'create', ticketIds, simulationIds: ['s1', 's2'] });
const fail = (code: Status) => () => {
  throw new ServerError(code, 'as the test wants it');
};

test('a new match: seats, then pointers, then tickets', async () => {
  const tickets = [await create(1, 2), await create(3)];
  one.onCreate = () => assert.equal(sessions.asked, 0);
  sessions.onAssign = async () => assert.equal(await state(tickets[0]!), State.STATE_CLAIMED);

  assert.equal(await place(newMatch(...tickets), peers, never), 'placed');
  const [asked] = one.created;
  assert.deepEqual(asked?.players, [1, 2, 3].map(member));
  const { match } = await status(tickets[0]!);
  assert.deepEqual(match, {
    matchId: asked!.matchId,
    epoch: asked!.epoch,
    simulationId: 's1',
    trunkAddress: '127.0.0.1:7001',
  });
  assert.deepEqual((await status(tickets[1]!)).match, match);
  assert.deepEqual([1, 2, 3].map(pointer), [match!.matchId, match!.matchId, match!.matchId]);
  const ownership = await peers.matches.get(match!.matchId);
  assert.deepEqual(ownership.kind === 'owned' && ownership.match, match);
});

test('the directory knows a match before its simulation does', async () => {
  const ticket = await create(1);
  one.onCreate = async ({ matchId }) => assert.equal((await peers.matches.get(matchId)).kind, 'owned');
  assert.equal(await place(newMatch(ticket), peers, never), 'placed');
  assert.equal(one.created.length, 1);
});

test('what one simulation refuses the next one takes, and the first is refused from then on', async () => {
  const ticket = await create(1);
  let refused = '';
  one.onCreate = ({ matchId }) => {
    refused = matchId;
    fail(Status.RESOURCE_EXHAUSTED)();
  };
  assert.equal(await place(newMatch(ticket), peers, never), 'placed');
  assert.equal((await status(ticket)).match?.simulationId, 's2');
  assert.equal(await recordState(refused), 'finished');
});

test('a simulation that hangs is given up, and the next one takes the match', async () => {
  const ticket = await create(1);
  let hung = '';
  one.onCreate = ({ matchId }, signal) => {
    hung = matchId;
    return once(signal, 'abort');
  };
  links[Symbol.dispose]();
  links = new SimulationLinks(new Collections(), { linksMax: 10, callMs: 200 });
  links.update([one, two].map(({ presence }) => ({ ...presence, deadlineMs: 1 })));
  assert.equal(await place(newMatch(ticket), peersOn(database.redis), never), 'placed');
  assert.equal((await status(ticket)).match?.simulationId, 's2');
  assert.equal(await recordState(hung), 'finished');
});

test('when no simulation takes it, the tickets wait again where they stood', async () => {
  const ticket = await create(1);
  const before = (await peers.tickets.survey()).tickets;
  const refused: string[] = [];
  for (const simulation of [one, two]) {
    simulation.onCreate = ({ matchId }) => {
      refused.push(matchId);
      fail(Status.INTERNAL)();
    };
  }
  assert.equal(await place(newMatch(ticket), peers, never), 'refused');
  assert.deepEqual((await peers.tickets.survey()).tickets, before);
  assert.deepEqual(await Promise.all(refused.map(recordState)), ['finished', 'finished']);
  assert.equal(sessions.asked, 0);
});

test('while session is away tickets wait again, and the match that was started for them is over', async () => {
  const ticket = await create(1);
  sessions.onAssign = fail(Status.INTERNAL);
  assert.equal(await place(newMatch(ticket), peers, never), 'sessions-away');
  assert.equal((await status(ticket)).place, 1);
  assert.equal(await recordState(one.created[0]!.matchId), 'finished');
});

test('one party that session does not answer for does not keep the others from playing', async () => {
  const [away, there] = [await create(1, 2), await create(3)];
  sessions.onAssign = ({ playerId, matchId }) => {
    if (playerId === member(2).playerId && matchId !== '') fail(Status.INTERNAL)();
  };
  assert.equal(await place(newMatch(away, there), peers, never), 'placed');
  assert.equal(await state(there), State.STATE_ASSIGNED);
  assert.equal(await state(away), State.STATE_WAITING);
  assert.deepEqual([1, 2].map(pointer), [undefined, undefined]); // undone
  assert.equal(await recordState(one.created[0]!.matchId), 'running');
});

test('when all players are gone their tickets and their match go too', async () => {
  const ticket = await create(1, 2);
  for (const n of [1, 2]) sessions.over.add(member(n).playerId);
  assert.equal(await place(newMatch(ticket), peers, never), 'abandoned');
  assert.equal(await state(ticket), State.STATE_GONE);
  assert.equal(await recordState(one.created[0]!.matchId), 'finished');
});

test('who is left of a party plays', async () => {
  const ticket = await create(1, 2);
  sessions.over.add(member(1).playerId);
  assert.equal(await place(newMatch(ticket), peers, never), 'placed');
  assert.equal(await state(ticket), State.STATE_ASSIGNED);
});

test('who cancels while the match is being placed is not in it', async () => {
  const [staying, leaving] = [await create(1), await create(2)];
  sessions.onAssign = async ({ playerId }) => {
    if (playerId === member(2).playerId) await peers.tickets.cancel(leaving);
  };
  assert.equal(await place(newMatch(staying, leaving), peers, never), 'placed');
  assert.equal(await state(leaving), State.STATE_GONE);
  assert.equal(pointer(2), undefined);
  assert.notEqual(pointer(1), undefined);
});

test('when everybody cancels meanwhile the match is over', async () => {
  const ticket = await create(1);
  one.onCreate = () => peers.tickets.cancel(ticket);
  assert.equal(await place(newMatch(ticket), peers, never), 'abandoned');
  assert.equal(pointer(1), undefined);
  assert.equal(await recordState(one.created[0]!.matchId), 'finished');
});

test('who stops the placement gets the tickets back at once', async () => {
  const ticket = await create(1);
  const stop = new AbortController();
  one.onCreate = (_request, signal) => {
    stop.abort();
    return once(signal, 'abort');
  };
  assert.equal(await place(newMatch(ticket), peers, stop.signal), 'refused');
  assert.equal((await status(ticket)).place, 1);
  assert.equal((await database.redis.keys(matchKey('*'))).length, 1); // nobody else was tried
});

test('a placement that is stopped while it claims begins nothing', async () => {
  const ticket = await create(1);
  assert.equal(await place(newMatch(ticket), peers, AbortSignal.abort()), 'refused');
  assert.equal((await status(ticket)).place, 1);
  assert.deepEqual(await database.redis.keys(matchKey('*')), []);
});

test('a placement leaves neither timer nor listener behind', async () => {
  const stop = new AbortController();
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  await place(newMatch(await create(1)), peers, stop.signal);
  const before = timers();
  for (let n = 2; n < 12; n += 1) await place(newMatch(await create(n)), peers, stop.signal);
  assert.ok(timers() < before + 10, `${before} timers became ${timers()}`);
  assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
});

test('a placement ends before its claim does', async () => {
  const ticket = await create(1);
  one.onCreate = (_request, signal) => once(signal, 'abort');
  assert.equal(await place(newMatch(ticket), peersOn(database.redis, { claimMs: 500 }), never), 'refused');
  assert.equal((await status(ticket)).place, 1);
});

test('a drop-in gets a seat in the running match', async () => {
  const first = await create(1);
  await place(newMatch(first), peers, never);
  const { match } = await status(first);
  const ticket = await create(2, 3);
  const decision: Decision = { kind: 'drop-in', ticketIds: [ticket], matchId: match!.matchId, simulationId: 's1' };
  assert.equal(await place(decision, peers, never), 'placed');
  assert.deepEqual(one.reserved, [{ matchId: match!.matchId, players: [2, 3].map(member) }]);
  assert.deepEqual((await status(ticket)).match, match);
  assert.equal(pointer(3), match!.matchId);
});

test('a drop-in that finds no seat waits again, and the match plays on', async () => {
  const first = await create(1);
  await place(newMatch(first), peers, never);
  const { matchId } = (await status(first)).match!;
  const ticket = await create(2);
  const decision: Decision = { kind: 'drop-in', ticketIds: [ticket], matchId, simulationId: 's1' };
  one.onReserve = fail(Status.RESOURCE_EXHAUSTED);
  assert.equal(await place(decision, peers, never), 'refused');
  assert.equal((await status(ticket)).place, 1);
  assert.equal(await recordState(matchId), 'running');

  one.onReserve = () => undefined;
  sessions.onAssign = fail(Status.INTERNAL);
  assert.equal(await place(decision, peers, never), 'sessions-away');
  assert.equal(await recordState(matchId), 'running');
});

test('nobody is dropped into a match that its simulation does not own (any more)', async () => {
  const ticket = await create(1);
  const matchId = 'm-0123456789abcdef';
  const decision: Decision = { kind: 'drop-in', ticketIds: [ticket], matchId, simulationId: 's1' };
  links.update([{ ...one.presence, openMatches: [{ matchId, seats: 1 }], deadlineMs: 2 }]);
  assert.equal(await place(decision, peers, never), 'refused');
  assert.equal((await status(ticket)).place, 1);
  assert.equal(one.reserved.length, 0);
  assert.ok(links.openMatches()[0]!.seats <= 0); // nor tried again until it says so again
});

test('of two placements for one ticket one gets it', async () => {
  const ticket = await create(1);
  const outcomes = await Promise.all([1, 2].map(() => place(newMatch(ticket), peers, never)));
  assert.deepEqual(outcomes.sort(), ['claim-lost', 'placed']);
  assert.equal(one.created.length, 1);
});

// Killed between two steps: the steps before are run by hand, what follows never happens.

test('killed after the claim, or after the directory was written: the leases undo it', async () => {
  const ticket = await create(1);
  await peers.tickets.claim('killed', [ticket]);
  const { matchId } = await peers.matches.create(one.presence);
  await database.redis.hset(matchKey(matchId), { deadline: 1 });
  await database.lapseClaim(ticket);
  assert.equal((await peers.matches.get(matchId)).kind, 'unknown');
  assert.equal((await status(ticket)).place, 1);
  assert.equal(await place(newMatch(ticket), peers, never), 'placed');
});

test('killed after the sessions were pointed: the ticket returns, and the next match takes their place', async () => {
  const ticket = await create(1);
  const claimed = await peers.tickets.claim('killed', [ticket]);
  const { matchId, epoch } = await peers.matches.create(one.presence);
  await links.createMatch('s1', { matchId, epoch, players: [...claimed![0]!.members] }, never);
  await peers.sessions.assignMatch({ playerId: member(1).playerId, matchId });
  await database.lapseClaim(ticket);

  assert.equal(await place(newMatch(ticket), peers, never), 'placed');
  const placed = (await status(ticket)).match!.matchId;
  assert.notEqual(placed, matchId);
  assert.equal(pointer(1), placed);
});

test('Redis goes away in the middle: the claim returns its tickets when it is back', async () => {
  await using relay = await RedisRelay.open(database.url);
  const redis = connectRedis(relay.url, log);
  await redisReady(redis, never);
  const ticket = await create(1);
  one.onCreate = () => relay.cut();
  await assert.rejects(place(newMatch(ticket), peersOn(redis), never), { reason: 'REDIS_AWAY' });
  redis.disconnect();
  assert.equal(await state(ticket), State.STATE_CLAIMED);
  await database.lapseClaim(ticket);
  assert.equal((await status(ticket)).place, 1);
});
