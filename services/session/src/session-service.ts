import type { SessionServiceImplementation } from '@clew/protocol/clew/session/v1/session.ts';
import { RenewOutcome } from '@clew/protocol/clew/session/v1/session.ts';
import type { Collections } from '@clew/service-kit/collections';
import type { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import { exhausted, ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';
import { encodePageToken } from './page-token.ts';
import * as check from './request-fields.ts';
import type { SessionCounter } from './session-counters.ts';
import type { SessionEvents } from './session-events.ts';
import { listSessions } from './session-listing.ts';
import type { SessionStore } from './session-store.ts';

export interface SessionServiceOptions {
  readonly store: SessionStore;
  readonly events: SessionEvents;
  readonly collections: Collections;
  readonly counters: Counters<SessionCounter>;
  readonly log: Log;
  readonly leaseMs: number;
  /** Before somebody new is taken in; throws when memory is short. */
  readonly admit: () => void;
  /** Creates and resumes in flight, at most (M3): players who come back after an outage come all at once. */
  readonly signInsMax: number;
}

/** The handlers: check the request, run the transition, turn its outcome into an answer or a status. */
export function createSessionService(options: SessionServiceOptions): SessionServiceImplementation {
  const { store, events, counters } = options;
  const lease = { seconds: Math.floor(options.leaseMs / 1000), nanos: (options.leaseMs % 1000) * 1_000_000 };

  let signIns = 0;
  options.collections.register('session.sign_ins', { bound: options.signInsMax }, () => signIns);
  const signIn = async <Result>(transition: () => Promise<Result>): Promise<Result> => {
    if (signIns >= options.signInsMax) throw exhausted('SIGN_INS_FULL', 'too many players come at once', 1_000);
    signIns += 1;
    try {
      return await transition();
    } finally {
      signIns -= 1;
    }
  };

  return {
    async createSession(request) {
      options.admit();
      const playerId = check.playerId('player_id', request.playerId);
      const displayName = check.displayName('display_name', request.displayName);
      const requestId = check.requestId('request_id', request.requestId);
      const outcome = await signIn(() => store.create(playerId, displayName, request.takeOver, requestId));
      if (outcome.kind === 'active') throw active();
      if (outcome.kind === 'spent') throw spent();
      counters.add(`session.${outcome.kind}`);
      return { ...outcome.taken, lease };
    },

    async resumeSession(request) {
      const shown = check.shownToken('token', request.token);
      const requestId = check.requestId('request_id', request.requestId);
      const outcome = await signIn(() => store.resume(shown, requestId));
      if (outcome.kind === 'unknown') throw unknownToken();
      counters.add(`session.${outcome.kind}`);
      return { ...outcome.taken, lease };
    },

    async attachSession(request) {
      const shown = check.shownToken('token', request.token);
      const session = await store.attach(shown, check.edgeId('edge_id', request.edgeId));
      if (session === undefined) throw unknownToken();
      counters.add('session.attached');
      return { session, lease };
    },

    async authenticateSession(request) {
      const session = await store.authenticate(check.shownToken('token', request.token));
      if (session === undefined) throw unknownToken();
      return { session };
    },

    async renewSessions(request) {
      check.edgeId('edge_id', request.edgeId);
      const renewals = await store.renew(check.batch('sessions', request.sessions, check.epochOf));
      countRenewals(renewals.outcomes);
      return renewals;
    },

    async reinstateSessions(request) {
      const edgeId = check.edgeId('edge_id', request.edgeId);
      const records = check.batch('records', request.records, check.lostRecord);
      const { written, ...renewals } = await store.reinstate(edgeId, records);
      counters.add('session.reinstated', written);
      return renewals;
    },

    async detachSession(request) {
      const detached = await store.detach(check.epochOf('session', request.session));
      if (detached) counters.add('session.detached');
      return { detached };
    },

    async endSession(request) {
      const ended = await store.end(check.epochOf('session', request.session));
      if (ended) counters.add('session.ended');
      return { ended };
    },

    async kickSession(request) {
      const playerId = check.playerId('player_id', request.playerId);
      const epoch = check.anyEpoch('epoch', request.epoch);
      const reason = check.kickReason('reason', request.reason);
      const kicked = await store.kick({ playerId, epoch }, reason, check.requestId('request_id', request.requestId));
      // Every act of an operator is logged.
      options.log.info({ playerId, reason, kicked }, 'an operator kicks a session');
      if (kicked) counters.add('session.kicked');
      return { kicked };
    },

    async assignMatch(request) {
      const assigned = await store.assignMatch(
        check.playerId('player_id', request.playerId),
        check.matchId('match_id', request.matchId),
        check.matchId('expected_match_id', request.expectedMatchId),
      );
      return { assigned };
    },

    async batchGetSessions(request) {
      return { sessions: await store.get(check.batch('player_ids', request.playerIds, check.playerId)) };
    },

    async getSession(request) {
      const [session] = await store.get([check.playerId('player_id', request.playerId)]);
      if (session === undefined) throw unknownSession();
      return { session };
    },

    async listSessions(request) {
      const filter = check.sessionFilter(request);
      const from = check.pageToken('page_token', request.pageToken, filter);
      const { sessions, next } = await listSessions(store, from, check.pageSize('page_size', request.pageSize), filter);
      return { sessions, nextPageToken: next === undefined ? '' : encodePageToken(next, filter) };
    },

    async *watchSessions(request, context) {
      yield* events.watch(check.cursor('cursor', request.cursor), context.signal);
    },
  };

  function countRenewals(outcomes: readonly RenewOutcome[]): void {
    const renewed = outcomes.filter((outcome) => outcome === RenewOutcome.RENEW_OUTCOME_RENEWED).length;
    counters.add('session.renewed', renewed);
    counters.add('session.renewalsRefused', outcomes.length - renewed);
  }
}

const active = () =>
  new ServiceError(Status.FAILED_PRECONDITION, 'SESSION_ACTIVE', 'another stream of this player is open');

const spent = () =>
  new ServiceError(Status.FAILED_PRECONDITION, 'REQUEST_SPENT', 'the answer to this request arrived and is in use');

const unknownSession = () =>
  new ServiceError(Status.NOT_FOUND, 'SESSION_UNKNOWN', 'there is no live session of this player');

const unknownToken = () =>
  new ServiceError(Status.UNAUTHENTICATED, 'TOKEN_UNKNOWN', 'there is no such session, or it has another token');
