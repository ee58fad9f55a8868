import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Decision, type FormationRules, form, type Situation, type WaitingTicket } from './formation.ts';

const rules: FormationRules = { seats: 8, fillMs: 3_000, candidates: 3 };
const nowMs = 1_000_000;

const ticketsOf = (...sizes: number[]): WaitingTicket[] =>
  sizes.map((size, index) => ({ ticketId: `t${index}`, size, waitStartMs: nowMs - 100 + index }));
const idle = { simulationId: 's1', matches: 0, matchesMax: 100 };
const situation = (given: Partial<Situation>): Situation => ({
  nowMs,
  tickets: [],
  openMatches: [],
  simulations: [idle],
  ...given,
});
const waited = (tickets: readonly WaitingTicket[], ms: number) =>
  tickets.map((ticket) => ({ ...ticket, waitStartMs: nowMs - ms }));

test('a lone player waits for others until the bots may fill in', () => {
  const alone = ticketsOf(1);
  assert.deepEqual(form(situation({ tickets: waited(alone, 2_999) }), rules), []);
  assert.deepEqual(form(situation({ tickets: waited(alone, 3_000) }), rules), [
    { kind: 'create', ticketIds: ['t0'], simulationIds: ['s1'] },
  ]);
});

test('who waited long enough takes along those who came later', () => {
  const tickets = [...waited(ticketsOf(1), 3_000), { ticketId: 'late', size: 2, waitStartMs: nowMs }];
  assert.deepEqual(ticketIds(form(situation({ tickets }), rules)), [['t0', 'late']]);
});

test('a full match is formed at once', () => {
  const decisions = form(situation({ tickets: ticketsOf(1, 1, 1, 1, 1, 1, 1, 1, 1) }), rules);
  assert.deepEqual(ticketIds(decisions), [['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7']]);
});

test('parties that fill a match exactly are found behind one that nobody fits', () => {
  assert.deepEqual(ticketIds(form(situation({ tickets: ticketsOf(7, 4, 4) }), rules)), [['t1', 't2']]);
  assert.deepEqual(ticketIds(form(situation({ tickets: ticketsOf(5, 2, 3) }), rules)), [['t0', 't2']]);
});

test('a free seat in a running match comes before a new match, the fullest match first', () => {
  const openMatches = [
    { matchId: 'roomy', simulationId: 's1', seats: 5 },
    { matchId: 'snug', simulationId: 's2', seats: 1 },
  ];
  const decisions = form(situation({ tickets: ticketsOf(1, 2), openMatches }), rules);
  assert.deepEqual(decisions, [
    { kind: 'drop-in', ticketIds: ['t0'], matchId: 'snug', simulationId: 's2' },
    { kind: 'drop-in', ticketIds: ['t1'], matchId: 'roomy', simulationId: 's1' },
  ]);
});

test('new matches go to the least loaded simulation and name others to try', () => {
  const simulations = [
    { simulationId: 'half', matches: 5, matchesMax: 10 },
    { simulationId: 'full', matches: 10, matchesMax: 10 },
    { simulationId: 'large', matches: 10, matchesMax: 100 },
    { simulationId: 'closed', matches: 0, matchesMax: 0 },
  ];
  const tickets = ticketsOf(8);
  assert.deepEqual(form(situation({ tickets, simulations }), rules), [
    { kind: 'create', ticketIds: ['t0'], simulationIds: ['large', 'half'] },
  ]);
});

test('without a simulation that has room everybody keeps waiting', () => {
  const tickets = waited(ticketsOf(8, 1), 60_000);
  assert.deepEqual(form(situation({ tickets, simulations: [] }), rules), []);
  assert.deepEqual(form(situation({ tickets, simulations: [{ ...idle, matches: 100 }] }), rules), []);
});

test('a party larger than a match waits without hurrying the others along', () => {
  const tickets = [...waited(ticketsOf(5), 60_000), { ticketId: 'young', size: 1, waitStartMs: nowMs }];
  assert.deepEqual(form(situation({ tickets }), { ...rules, seats: 4 }), []);
});

const anySituation = fc.record({
  tickets: fc
    .array(fc.record({ size: fc.integer({ min: 1, max: 8 }), waitedMs: fc.integer({ min: 0, max: 6_000 }) }), {
      maxLength: 40,
    })
    .map((list) => list.map(({ size, waitedMs }, i) => ({ ticketId: `t${i}`, size, waitStartMs: nowMs - waitedMs }))),
  openMatches: fc
    .array(fc.integer({ min: 0, max: 7 }), { maxLength: 6 })
    .map((list) => list.map((seats, i) => ({ matchId: `m${i}`, simulationId: 's0', seats }))),
  simulations: fc
    .array(fc.record({ matches: fc.nat(12), matchesMax: fc.nat(12) }), { maxLength: 4 })
    .map((list) => list.map((load, i) => ({ simulationId: `s${i}`, ...load }))),
  nowMs: fc.constant(nowMs),
});

/** fast-check prints seed and counterexample of a law that does not hold. */
const law = (name: string, holds: (given: Situation, decisions: Decision[]) => void) =>
  test(name, () => {
    fc.assert(fc.property(anySituation, (given) => holds(given, form(given, rules))));
  });

law('F1, F2: parties are seated whole and once', (given, decisions) => {
  const placed = ticketIds(decisions).flat();
  assert.equal(new Set(placed).size, placed.length);
  for (const id of placed) assert.ok(given.tickets.some((ticket) => ticket.ticketId === id));
});

law('F3: of two parties of one size the later is never placed while the earlier waits', (given, decisions) => {
  const placed = new Set(ticketIds(decisions).flat());
  for (const [index, later] of given.tickets.entries()) {
    if (!placed.has(later.ticketId)) continue;
    for (const earlier of given.tickets.slice(0, index)) {
      assert.ok(earlier.size !== later.size || placed.has(earlier.ticketId), `${later.ticketId} overtook`);
    }
  }
});

law('F4: neither seats nor simulations are overbooked', (given, decisions) => {
  const size = (id: string) => given.tickets.find((ticket) => ticket.ticketId === id)!.size;
  const players = (decision: Decision) => decision.ticketIds.reduce((sum, id) => sum + size(id), 0);
  for (const decision of decisions) if (decision.kind === 'create') assert.ok(players(decision) <= rules.seats);
  for (const match of given.openMatches) {
    const taken = decisions.filter((d) => d.kind === 'drop-in' && d.matchId === match.matchId).map(players);
    assert.ok(taken.reduce((sum, n) => sum + n, 0) <= match.seats);
  }
  for (const { simulationId, matches, matchesMax } of given.simulations) {
    const created = decisions.filter((d) => d.kind === 'create' && d.simulationIds[0] === simulationId).length;
    assert.ok(created === 0 || matches + created <= matchesMax);
  }
});

law('nobody who waited long enough is left while a simulation has room', (given, decisions) => {
  const created = decisions.filter((decision) => decision.kind === 'create').length;
  const room = given.simulations.reduce((sum, { matches, matchesMax }) => sum + Math.max(0, matchesMax - matches), 0);
  if (created >= room) return;
  const placed = new Set(ticketIds(decisions).flat());
  for (const ticket of given.tickets) {
    if (nowMs - ticket.waitStartMs >= rules.fillMs) assert.ok(placed.has(ticket.ticketId));
  }
});

function ticketIds(decisions: readonly Decision[]): (readonly string[])[] {
  return decisions.map((decision) => decision.ticketIds);
}
