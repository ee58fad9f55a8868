import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Collections } from '@clew/service-kit/collections';
import { Relay } from '@clew/service-kit/testing/relay';
import { ServerError, Status } from 'nice-grpc';
import { SimulationLinks } from './simulation-links.ts';
import type { Simulation } from './simulation-registry.ts';
import { FakeSimulation, presenceOf } from './testing/fake-simulation.ts';

const matchId = 'm-0123456789abcdef';
const player = { playerId: 'a'.repeat(32), sessionEpoch: 1, displayName: 'A' };
const request = { matchId, epoch: 1, players: [player] };
const never = new AbortController().signal;

const linksOf = (collections = new Collections(), callMs = 10_000) =>
  new SimulationLinks(collections, { linksMax: 2, callMs });
/** What a simulation said with its nth message. */
const said = (simulation: FakeSimulation, nth: number, more: Partial<Simulation> = {}): Simulation => ({
  ...simulation.presence,
  deadlineMs: nth,
  ...more,
});

test('links come and go with the registry, and not beyond their bound', () => {
  const collections = new Collections();
  const size = () => collections.report().find(({ name }) => name === 'matchmaking.simulation_links')?.size;
  const links = linksOf(collections);
  const [one, two, three] = ['s1', 's2', 's3'].map((id) => ({ ...presenceOf(id), deadlineMs: 1 }));
  links.update([one!, two!]);
  assert.equal(size(), 2);
  links.update([two!]);
  assert.equal(size(), 1);
  assert.equal(links.home('s1'), undefined);
  links.update([one!, two!, three!]);
  assert.equal(size(), 2);
  assert.equal(links.home('s3'), undefined);
  links[Symbol.dispose]();
  assert.equal(size(), 0);
});

test('the channel to a simulation that is gone is closed, and all of them in the end', {
  timeout: 20_000,
}, async () => {
  await using simulation = await FakeSimulation.open('s1');
  await using relay = await Relay.open(simulation.presence.controlAddress);
  const links = linksOf();
  for (const close of [() => links.update([]), () => links[Symbol.dispose]()]) {
    links.update([said(simulation, 1, { controlAddress: relay.address })]);
    assert.equal(await links.createMatch('s1', request, never), undefined);
    assert.equal(relay.near.size, 1);
    close();
    await relay.abandoned();
  }
});

test('matches that were placed since the last message count, until the next one', async () => {
  await using simulation = await FakeSimulation.open('s1', { matches: 3 });
  using links = linksOf();
  links.update([said(simulation, 1)]);
  assert.equal(await links.createMatch('s1', request, never), undefined);
  assert.deepEqual(links.loads(), [{ simulationId: 's1', matches: 4, matchesMax: 100 }]);
  links.update([said(simulation, 1)]);
  assert.equal(links.loads()[0]?.matches, 4);
  links.update([said(simulation, 2, { matches: 4 })]);
  assert.equal(links.loads()[0]?.matches, 4);
});

test('a simulation that is full or draining gets no new matches until it says otherwise', async () => {
  await using simulation = await FakeSimulation.open('s1');
  simulation.onCreate = () => {
    throw new ServerError(Status.RESOURCE_EXHAUSTED, 'full');
  };
  using links = linksOf();
  links.update([said(simulation, 1)]);
  assert.ok((await links.createMatch('s1', request, never)) instanceof Error);
  assert.deepEqual(links.loads(), []);
  links.update([said(simulation, 2)]);
  assert.equal(links.loads().length, 1);
  const openMatches = [{ matchId, seats: 1 }];
  links.update([said(simulation, 3, { draining: true, openMatches })]);
  assert.deepEqual([links.loads(), links.openMatches()], [[], []]);
});

test('a simulation that does not answer in time is left alone', async () => {
  await using simulation = await FakeSimulation.open('s1', { openMatches: [{ matchId, seats: 1 }] });
  simulation.onCreate = (_request, signal) => once(signal, 'abort');
  using links = linksOf(new Collections(), 50);
  links.update([said(simulation, 1)]);
  const pending = links.createMatch('s1', request, never);
  assert.ok((await pending) instanceof Error);
  assert.deepEqual([links.loads(), links.openMatches()], [[], []]);
});

test('a call that was called off is not held against the simulation', async () => {
  await using simulation = await FakeSimulation.open('s1');
  const stop = new AbortController();
  simulation.onCreate = (_request, signal) => {
    stop.abort();
    return once(signal, 'abort');
  };
  using links = linksOf();
  links.update([said(simulation, 1)]);
  assert.ok((await links.createMatch('s1', request, stop.signal)) instanceof Error);
  assert.equal(links.loads().length, 1);
});

test('only what a simulation listed is remembered of it', async () => {
  await using simulation = await FakeSimulation.open('s1');
  using links = linksOf();
  links.update([said(simulation, 1)]);
  links.closeMatch('s1', matchId);
  links.update([said(simulation, 1, { openMatches: [{ matchId, seats: 3 }] })]);
  assert.equal(links.openMatches()[0]?.seats, 3);
});

test('seats that were taken since the last message are not offered again, refused ones not at all', async () => {
  const openMatches = [{ matchId, seats: 3 }];
  await using simulation = await FakeSimulation.open('s1', { openMatches });
  using links = linksOf();
  links.update([said(simulation, 1)]);
  const offered = () => links.openMatches().map(({ seats }) => seats);
  assert.equal(await links.reserveSeats('s1', { matchId, players: [player] }, never), undefined);
  assert.deepEqual(offered(), [2]);

  simulation.onReserve = () => {
    throw new ServerError(Status.RESOURCE_EXHAUSTED, 'full');
  };
  assert.ok((await links.reserveSeats('s1', { matchId, players: [player] }, never)) instanceof Error);
  assert.deepEqual(offered(), [Number.NEGATIVE_INFINITY]);
  assert.equal(links.loads().length, 1); // takes new matches all the same
  links.update([said(simulation, 2)]);
  assert.deepEqual(offered(), [3]);
  links.closeMatch('s1', matchId);
  assert.deepEqual(offered(), [Number.NEGATIVE_INFINITY]);
});

test('a call to a simulation that went is a failure, not a fault', async () => {
  using links = linksOf();
  assert.ok((await links.createMatch('s1', request, never)) instanceof Error);
  assert.ok((await links.reserveSeats('s1', { matchId, players: [] }, never)) instanceof Error);
  links.closeMatch('s1', matchId);
});
