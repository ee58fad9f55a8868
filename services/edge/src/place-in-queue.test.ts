import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { Collections } from '@clew/service-kit/collections';
import { Counters } from '@clew/service-kit/counters';
import { ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';
import { Errands } from './errands.ts';
import { connectPeers } from './peers.ts';
import { PlaceInQueue } from './place-in-queue.ts';
import { FakeMatchmaking } from './testing/fake-matchmaking.ts';
import { until } from './testing/until.ts';
import { Tickets } from './tickets.ts';

/** What a place needs, on a real socket, and a holder who notes what it is told. */
async function newQueue() {
  await using owned = new AsyncDisposableStack();
  const matchmaking = owned.use(await FakeMatchmaking.open());
  const peers = owned.use(connectPeers(['127.0.0.1:1'], [matchmaking.address]));
  const collections = new Collections();
  const counters = new Counters<string>(['edge.errands_given_up']);
  const errands = new Errands({ collections, counters, bound: 10, callMs: 1_000 });
  owned.defer(() => errands.settle(1));
  const tickets = new Tickets({ matchmaking: peers.matchmaking, collections, bound: 10, pollMs: 5, callMs: 1_000 });
  const told: string[] = [];
  const holder = {
    readerSlow: () => false,
    placeChanged: () => void told.push('changed'),
    placeAssigned: () => void told.push('assigned'),
    placeFailed: () => void told.push('failed'),
  };
  const member = { playerId: 'a', sessionEpoch: 1, displayName: 'Ariadne' };
  const request = { member, requestId: randomUUID(), front: false, insist: false, span: undefined };
  const kept = owned.move();
  return {
    matchmaking,
    told,
    enter: () => new PlaceInQueue(request, holder, { tickets, matchmaking: peers.matchmaking, errands }),
    size: (name: string) => collections.report().find((collection) => collection.name === name)?.size,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

suite('a place in the queue', () => {
  test('is over once a seat is assigned, though its holder does not dispose of it', async () => {
    await using queue = await newQueue();
    const place = queue.enter();
    const ticketId = await place.ticket;
    const match = { matchId: 'm-1', epoch: 1, simulationId: 's-1', trunkAddress: '127.0.0.1:1' };
    queue.matchmaking.assign(ticketId, match);
    await until('the holder hears it', () => queue.told.includes('assigned'));
    assert.equal(place.isOver, true);
    assert.equal(queue.size('edge.tickets'), 0);
  });

  test('is over when there is no ticket to be had', async () => {
    await using queue = await newQueue();
    queue.matchmaking.onCall = () => {
      throw new ServiceError(Status.FAILED_PRECONDITION, 'NOT_NOW', 'not now');
    };
    const place = queue.enter();
    await assert.rejects(place.ticket);
    assert.equal(place.isOver, true);
    assert.deepEqual(queue.told, ['failed']);
  });

  test('that is abandoned takes the ticket out of the queue, and holds none that comes later', async () => {
    await using queue = await newQueue();
    const waiting = queue.enter();
    const ticketId = await waiting.ticket;
    waiting.abandon();
    assert.equal(queue.size('edge.tickets'), 0);
    await until('it is cancelled', () => queue.matchmaking.cancelled.includes(ticketId));

    const asked = Promise.withResolvers<AbortSignal>();
    queue.matchmaking.onCall = (_method, signal) => {
      asked.resolve(signal);
      return new Promise(() => {});
    };
    const asking = queue.enter();
    const signal = await asked.promise;
    asking.abandon();
    await assert.rejects(asking.ticket);
    await until('the question is taken back', () => signal.aborted);
    assert.equal(asking.isOver, true);
    assert.deepEqual([queue.size('edge.tickets'), queue.told.includes('failed')], [0, false]);
  });
});
