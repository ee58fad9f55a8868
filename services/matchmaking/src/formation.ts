/**
 * Who plays with whom, and where: decided from plain data, without clock, chance or network.
 *
 * F1 A party is seated together or not at all.
 * F2 A ticket is in one decision at most.
 * F3 Oldest first: of two tickets of the same size, the later is never placed while the earlier is left.
 * F4 No match gets more players than it has seats, no simulation more matches than it takes.
 */

/** A party that waits. */
export interface WaitingTicket {
  readonly ticketId: string;
  /** Players, 1 to the seats of a match. */
  readonly size: number;
  readonly waitStartMs: number;
}

/** A running match with seats that bots keep warm. */
export interface OpenMatch {
  readonly matchId: string;
  readonly simulationId: string;
  readonly seats: number;
}

/** A simulation that takes new matches while it has room. */
export interface SimulationLoad {
  readonly simulationId: string;
  readonly matches: number;
  readonly matchesMax: number;
}

export interface Situation {
  readonly nowMs: number;
  /** In the order of the queue. */
  readonly tickets: readonly WaitingTicket[];
  readonly openMatches: readonly OpenMatch[];
  readonly simulations: readonly SimulationLoad[];
}

export interface FormationRules {
  /** Seats of a match. */
  readonly seats: number;
  /** Who waited this long is matched, the rest of the seats are bots'. */
  readonly fillMs: number;
  /** How many simulations a new match may try, in order of preference. */
  readonly candidates: number;
}

export type Decision =
  | {
      readonly kind: 'drop-in';
      readonly ticketIds: readonly [string];
      readonly matchId: string;
      readonly simulationId: string;
    }
  | { readonly kind: 'create'; readonly ticketIds: readonly string[]; readonly simulationIds: readonly string[] };

/**
 * Decides for everybody in the situation: first seats in running matches, then full matches, then those who waited long
 * enough, with bots. In the order in which they should be carried out.
 */
export function form(situation: Situation, rules: FormationRules): Decision[] {
  const decisions: Decision[] = [];
  // Nobody fits into a match that is smaller than the party (the seats were configured down).
  let waiting = dropIn(situation, decisions).filter((ticket) => ticket.size <= rules.seats);
  const rooms = situation.simulations.map((simulation) => ({ ...simulation }));

  const create = (party: readonly WaitingTicket[]): boolean => {
    const open = rooms.filter((room) => room.matches < room.matchesMax).sort(byLoad);
    const [chosen] = open;
    if (chosen === undefined) return false;
    chosen.matches += 1; // F4
    decisions.push({
      kind: 'create',
      ticketIds: party.map((ticket) => ticket.ticketId),
      simulationIds: open.slice(0, rules.candidates).map((room) => room.simulationId),
    });
    waiting = waiting.filter((ticket) => !party.includes(ticket)); // F2
    return true;
  };

  for (let party = fullParty(waiting, rules.seats); party.length > 0; party = fullParty(waiting, rules.seats)) {
    if (!create(party)) return decisions;
  }
  while (waiting.some((ticket) => situation.nowMs - ticket.waitStartMs >= rules.fillMs)) {
    // From the head of the queue, even when somebody further back is the one who waited long enough (F3).
    const party = headParty(waiting, rules.seats);
    if (party.length === 0 || !create(party)) return decisions;
  }
  return decisions;
}

/** Seats who fits into running matches, the fullest that has room first; returns who is left. */
function dropIn({ tickets, openMatches }: Situation, decisions: Decision[]): WaitingTicket[] {
  const matches = openMatches.map((match) => ({ ...match }));
  return tickets.filter((ticket) => {
    let best: (typeof matches)[number] | undefined;
    for (const match of matches) {
      if (match.seats < ticket.size) continue;
      if (best === undefined || match.seats < best.seats) best = match;
    }
    if (best === undefined) return true;
    best.seats -= ticket.size; // F4
    decisions.push({
      kind: 'drop-in',
      ticketIds: [ticket.ticketId],
      matchId: best.matchId,
      simulationId: best.simulationId,
    });
    return false;
  });
}

/** The oldest tickets that fill all seats exactly; empty when none do. */
function fullParty(tickets: readonly WaitingTicket[], seats: number): WaitingTicket[] {
  const reachable = sumsFromHereOn(tickets, seats);
  const party: WaitingTicket[] = [];
  let free = seats;
  for (const [index, ticket] of tickets.entries()) {
    // Whoever is taken leaves a rest that the tickets behind can fill.
    if (ticket.size > free || !has(reachable[index + 1]!, free - ticket.size)) continue;
    party.push(ticket);
    free -= ticket.size;
    if (free === 0) return party;
  }
  return [];
}

/** The oldest tickets that fit, one after the other. */
function headParty(tickets: readonly WaitingTicket[], seats: number): WaitingTicket[] {
  let free = seats;
  return tickets.filter((ticket) => {
    if (ticket.size > free) return false;
    free -= ticket.size;
    return true;
  });
}

/** Bit n of element i: some of the tickets from i on have n players together. n is at most `seats`, which is below 31. */
function sumsFromHereOn(tickets: readonly WaitingTicket[], seats: number): number[] {
  const within = (1 << (seats + 1)) - 1;
  const sums = new Array<number>(tickets.length + 1).fill(1);
  for (let index = tickets.length - 1; index >= 0; index -= 1) {
    const behind = sums[index + 1]!;
    sums[index] = (behind | (behind << tickets[index]!.size)) & within;
  }
  return sums;
}

const has = (sums: number, sum: number) => ((sums >> sum) & 1) === 1;

/** The least loaded first; equals by id, so that every director decides the same. */
function byLoad(a: SimulationLoad, b: SimulationLoad): number {
  return a.matches / a.matchesMax - b.matches / b.matchesMax || (a.simulationId < b.simulationId ? -1 : 1);
}
