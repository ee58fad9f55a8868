import { randomBytes } from 'node:crypto';
import type { MatchRef } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import type { SessionServiceClient } from '@clew/protocol/clew/session/v1/session.ts';
import type { Log } from '@clew/service-kit/log';
import { inSpan, type OpenSpan, type TraceParent } from '@clew/service-kit/telemetry/tracing';
import type { DeadlineOptions } from 'nice-grpc-client-middleware-deadline';
import type { Decision } from './formation.ts';
import type { MatchDirectory } from './match-directory.ts';
import type { SimulationLinks } from './simulation-links.ts';
import type { ClaimedTicket, TicketStore } from './ticket-store.ts';

/**
 * Carries one decision out: claim the tickets, reserve the seats, point the sessions to the match, say so on the tickets.
 *
 * P1 Nothing is told before it is true: an assigned ticket has seats, and its players' sessions point to them.
 * P2 Every step is under a lease before the next one begins. Killed between any two, the claim returns its tickets, the
 *    directory's record runs out, seats that nobody attaches are freed.
 * P3 What fails is undone at once and in reverse; what cannot be undone is left to its lease.
 * P4 The whole ends well before the claim lapses, so that nobody else holds the tickets meanwhile.
 */
export interface PlacementPeers {
  readonly tickets: TicketStore;
  readonly matches: MatchDirectory;
  readonly links: SimulationLinks;
  readonly sessions: SessionServiceClient<DeadlineOptions>;
  readonly log: Log;
  /** The claim's time. */
  readonly claimMs: number;
  /** Deadline of one call. */
  readonly callMs: number;
  /** Session did not answer: told before the tickets wait again, so that nothing is tried in vain at once. */
  readonly onSessionFailure: () => void;
}

export type PlacementOutcome =
  | 'placed'
  /** Another director was quicker, or a ticket went. */
  | 'claim-lost'
  /** All players went meanwhile. */
  | 'abandoned'
  /** No simulation took it; who is still there waits again. */
  | 'refused'
  /** Session did not answer; who is still there waits again. */
  | 'sessions-away';

/** Throws when Redis is away; the leases do the rest (P2). */
export async function place(
  decision: Decision,
  peers: PlacementPeers,
  stopping: AbortSignal,
): Promise<PlacementOutcome> {
  const claimId = randomBytes(9).toString('base64url');
  const claimed = await peers.tickets.claim(claimId, decision.ticketIds);
  if (claimed === undefined) return 'claim-lost';
  return followed(claimed, (span) => carryOut(decision, claimId, claimed, peers, stopping, span?.traceparent ?? ''));
}

/** A placement belongs to many joins: it is a trace of its own, linked to theirs. */
function followed<Result>(
  claimed: readonly ClaimedTicket[],
  run: (span: OpenSpan | undefined) => Promise<Result>,
): Promise<Result> {
  const links = claimed.map(({ traceParent }) => traceParent).filter((traceParent) => traceParent !== '');
  return links.length === 0 ? run(undefined) : inSpan('place', { parent: '', links }, run);
}

async function carryOut(
  decision: Decision,
  claimId: string,
  claimed: readonly ClaimedTicket[],
  peers: PlacementPeers,
  stopping: AbortSignal,
  trace: TraceParent,
): Promise<PlacementOutcome> {
  using limit = new PlacementLimit(peers.claimMs * 0.8, stopping); // P4
  const { signal } = limit;

  const match =
    decision.kind === 'create'
      ? await createMatch(decision.simulationIds, claimed, peers, signal)
      : await dropIn(decision, claimed, peers, signal);
  if (match === undefined) {
    await peers.tickets.giveBack(claimId, decision.ticketIds); // P3
    return 'refused';
  }

  const outcome = await announce(match, claimId, claimed, peers, signal, trace);
  if (outcome !== 'placed' && decision.kind === 'create') await peers.matches.finish(match); // P3: nobody comes
  return outcome;
}

/** Aborts when the time is over or when told to stop; disposed, it leaves neither timer nor listener behind (M2). */
class PlacementLimit implements Disposable {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #stopping: AbortSignal;
  readonly #onStop = () => this.#abort.abort(this.#stopping.reason);

  constructor(ms: number, stopping: AbortSignal) {
    this.#stopping = stopping;
    this.#timer = setTimeout(() => this.#abort.abort(new Error('the claim is about to lapse')), ms);
    stopping.addEventListener('abort', this.#onStop);
    if (stopping.aborted) this.#onStop();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#stopping.removeEventListener('abort', this.#onStop);
  }
}

/** Starts a match on the first of the simulations that takes it. */
async function createMatch(
  simulationIds: readonly string[],
  claimed: readonly ClaimedTicket[],
  { matches, links, log }: PlacementPeers,
  signal: AbortSignal,
): Promise<MatchRef | undefined> {
  const players = claimed.flatMap((ticket) => ticket.members);
  for (const simulationId of simulationIds) {
    const home = links.home(simulationId);
    if (home === undefined || signal.aborted) continue;
    const match = await matches.create(home);
    const failure = await links.createMatch(
      simulationId,
      { matchId: match.matchId, epoch: match.epoch, players: [...players] },
      signal,
    );
    if (failure === undefined) return match;
    log.warn({ err: failure, simulation: simulationId }, 'a simulation did not take a match');
    await matches.finish(match); // P3: it may have started after all
  }
  return undefined;
}

/** Reserves seats in a running match. */
async function dropIn(
  { matchId, simulationId }: Extract<Decision, { kind: 'drop-in' }>,
  claimed: readonly ClaimedTicket[],
  { matches, links, log }: PlacementPeers,
  signal: AbortSignal,
): Promise<MatchRef | undefined> {
  const ownership = await matches.get(matchId);
  if (ownership.kind !== 'owned' || ownership.match.simulationId !== simulationId) {
    links.closeMatch(simulationId, matchId);
    return undefined;
  }
  const players = claimed.flatMap((ticket) => ticket.members);
  const failure = await links.reserveSeats(simulationId, { matchId, players }, signal);
  if (failure === undefined) return ownership.match;
  log.debug({ err: failure, simulation: simulationId }, 'a match did not take players');
  return undefined;
}

type Pointed = 'pointed' | 'gone' | 'failed';

/** Points the sessions to the match, then says so on the tickets. */
async function announce(
  match: MatchRef,
  claimId: string,
  claimed: readonly ClaimedTicket[],
  peers: PlacementPeers,
  signal: AbortSignal,
  trace: TraceParent,
): Promise<PlacementOutcome> {
  const pointed = await Promise.all(
    claimed.map((ticket) => inJoin(ticket, trace, () => point(ticket, match, peers, signal))),
  );
  const those = (state: Pointed) => claimed.filter((_ticket, index) => pointed[index] === state);
  const failed = those('failed');

  for (const ticket of those('gone')) await peers.tickets.cancel(ticket.ticketId); // their seats time out
  const ready = those('pointed');
  const assigned =
    ready.length === 0
      ? []
      : await peers.tickets.assign(
          claimId,
          ready.map((ticket) => ticket.ticketId),
          match,
        );
  // A ticket was cancelled, or its lease ran out: whoever it was is not in this match. (When the script's answer is lost,
  // the pointers stay: it may have run, and a pointer to a match without a seat is cleared at the next stream.)
  const undone = ready.filter((_ticket, index) => assigned[index] === false);
  await Promise.all([...undone, ...failed].map((ticket) => unpoint(ticket, match, peers)));
  if (failed.length > 0) {
    peers.onSessionFailure();
    await peers.tickets.giveBack(
      claimId,
      failed.map((ticket) => ticket.ticketId),
    );
  }
  if (ready.length > undone.length) return 'placed';
  return failed.length > 0 ? 'sessions-away' : 'abandoned';
}

/** A step for one ticket: in the trace of its join, linked to the placement. */
function inJoin<Result>(
  { traceParent }: ClaimedTicket,
  placement: TraceParent,
  run: () => Promise<Result>,
): Promise<Result> {
  return traceParent === ''
    ? run()
    : inSpan('point session to match', { parent: traceParent, links: [placement] }, run);
}

/** One ticket's players: pointed when at least one is still there; gone when nobody is. */
async function point(
  ticket: ClaimedTicket,
  { matchId }: MatchRef,
  { sessions, callMs, log }: PlacementPeers,
  signal: AbortSignal,
): Promise<Pointed> {
  const answers = await Promise.allSettled(
    ticket.members.map(({ playerId }) => sessions.assignMatch({ playerId, matchId }, { deadline: callMs, signal })),
  );
  let present = false;
  for (const answer of answers) {
    if (answer.status === 'rejected') {
      log.warn({ err: answer.reason }, 'session did not note a match');
      return 'failed';
    }
    present ||= answer.value.assigned;
  }
  return present ? 'pointed' : 'gone';
}

/** Clears what point() wrote, where it still stands; what fails here is cleared by the edge that meets it. */
async function unpoint(ticket: ClaimedTicket, { matchId }: MatchRef, peers: PlacementPeers): Promise<void> {
  await Promise.allSettled(
    ticket.members.map(({ playerId }) =>
      peers.sessions.assignMatch({ playerId, matchId: '', expectedMatchId: matchId }, { deadline: peers.callMs }),
    ),
  );
}
