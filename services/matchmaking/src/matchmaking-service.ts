import type { MatchmakingServiceImplementation } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import type { Counters } from '@clew/service-kit/counters';
import { exhausted, ServiceError, unavailable } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';
import type { MatchDirectory } from './match-directory.ts';
import { type RegistrationOptions, registration } from './registration.ts';
import { checkMatchId, checkParty, checkTicketId, checkTicketIds } from './request-rules.ts';
import type { TicketStore } from './ticket-store.ts';

export const serviceCounters = [
  'matchmaking.tickets_asked',
  'matchmaking.tickets_cancelled',
  'matchmaking.tickets_renewed',
  'matchmaking.matches_asked',
  'matchmaking.matches_unknown',
  'matchmaking.matches_uncertain',
  'matchmaking.registrations',
  'matchmaking.presences_unwritten',
  'matchmaking.requests_invalid',
  'matchmaking.requests_refused',
] as const;

export interface MatchmakingServiceOptions extends RegistrationOptions {
  readonly tickets: TicketStore;
  readonly matches: MatchDirectory;
  readonly counters: Counters<(typeof serviceCounters)[number]>;
  /** Before somebody new is taken in; throws when memory is short. */
  readonly admit: () => void;
  /** Seats of a match: the largest party. */
  readonly seats: number;
}

/** The calls of matchmaking.proto: check, ask a store, answer. */
export function matchmakingService(options: MatchmakingServiceOptions): MatchmakingServiceImplementation {
  const { tickets, matches, counters, seats } = options;

  return {
    async createTicket(request) {
      options.admit();
      checkParty(request, seats);
      counters.add('matchmaking.tickets_asked');
      const outcome = await tickets.create(request);
      if (outcome.kind === 'ticket') return { ticketId: outcome.ticketId };
      if (outcome.kind === 'full') throw exhausted('QUEUE_FULL', 'too many players are waiting', 5_000);
      throw new ServiceError(
        Status.FAILED_PRECONDITION,
        'PLAYER_WAITING',
        `members[${outcome.memberIndex}].player_id waits in another party`,
      );
    },

    async cancelTicket({ ticketId }) {
      checkTicketId(ticketId);
      const cancelled = await tickets.cancel(ticketId);
      if (cancelled) counters.add('matchmaking.tickets_cancelled');
      return { cancelled };
    },

    async renewTickets({ ticketIds }) {
      checkTicketIds(ticketIds);
      if (ticketIds.length === 0) return { tickets: [] };
      counters.add('matchmaking.tickets_renewed', ticketIds.length);
      return { tickets: await tickets.renew(ticketIds) };
    },

    async getMatch({ matchId }) {
      checkMatchId(matchId);
      counters.add('matchmaking.matches_asked');
      const ownership = await matches.get(matchId);
      switch (ownership.kind) {
        case 'owned':
          return { match: ownership.match, expireTime: new Date(ownership.deadlineMs) };
        case 'uncertain':
          counters.add('matchmaking.matches_uncertain');
          throw unavailable('MATCH_UNCERTAIN', 'the directory was away; owners are writing it again', 500);
        case 'finished':
          throw new ServiceError(Status.NOT_FOUND, 'MATCH_FINISHED', 'the match came to its end');
        case 'unknown':
          counters.add('matchmaking.matches_unknown');
          throw new ServiceError(Status.NOT_FOUND, 'MATCH_UNKNOWN', 'there is no such match (any more)');
      }
    },

    async *registerSimulation(requests, { signal }) {
      counters.add('matchmaking.registrations');
      yield* registration(requests, signal, options);
    },
  };
}
