import {
  type CancelMatchRequest,
  type CancelMatchResponse,
  type FindMatchRequest,
  type FindMatchResponse,
  type LeaveRequest,
  type LeaveResponse,
  PlayServiceDefinition,
  type ResumeRequest,
  type ResumeResponse,
  type SignInRequest,
  type SignInResponse,
  type SteerRequest,
  type SteerResponse,
} from '@clew/protocol/clew/play/v1/play.ts';
import { type Session, Session_State } from '@clew/protocol/clew/session/v1/session.ts';
import type { Collections } from '@clew/service-kit/collections';
import { exhausted, ServiceError, unavailable } from '@clew/service-kit/service-error';
import type { ServerCalls } from '@clew/service-kit/telemetry/server-calls';
import { checkedTraceparent, type OpenSpan, within } from '@clew/service-kit/telemetry/tracing';
import { Status } from 'nice-grpc-common';
import type { AddressLimits } from './address-limits.ts';
import type { Advertised } from './advertised.ts';
import { edgeDraining } from './endings.ts';
import { checkedDisplayName, checkedRequestId, playerIdOf } from './guest.ts';
import type { PlayerSink } from './player-sink.ts';
import { PlayerStream, type StreamServices } from './player-stream.ts';
import { readToken, sameToken, type Token } from './token.ts';

/** Who calls, as a door knows it. */
export interface Caller {
  /** The header of that name. */
  readonly authorization: string | undefined;
  /** The header of that name, if a trace was begun. */
  readonly traceparent: string | undefined;
  /** The IP address that the socket came from. */
  readonly address: string;
}

export interface PlayServiceOptions {
  readonly streams: StreamServices;
  readonly limits: AddressLimits;
  readonly collections: Collections;
  readonly calls: ServerCalls;
  /** Before somebody new is taken in; throws when memory is short. */
  readonly admit: () => void;
  /** Most sign-ins, resumptions and openings under way. */
  readonly entriesMax: number;
}

/** Calls that are timed and counted: whoever watches opens a stream like whoever plays. */
const methods = ['SignIn', 'Resume', 'Play', 'Leave', 'FindMatch', 'CancelMatch', 'Steer'] as const;
type Method = (typeof methods)[number];
const fullNameOf = (method: Method) => `${PlayServiceDefinition.fullName}/${method}`;

/**
 * What players can ask for, whichever door they came through. Every method throws ServiceErrors whose details name field
 * and reason, or what `Refusals` makes one of.
 */
export class PlayService {
  readonly #options: PlayServiceOptions;
  readonly #entries: Set<symbol>;
  #advertised: Advertised | undefined;
  #draining = false;

  constructor(options: PlayServiceOptions) {
    this.#options = options;
    this.#entries = options.collections.set('edge.entries', { bound: options.entriesMax });
    for (const method of methods) options.calls.declare(fullNameOf(method));
  }

  /** From now on players come in, and are told where they are. */
  admit(advertised: Advertised): void {
    this.#advertised = advertised;
  }

  /** From now on nobody comes in: UNAVAILABLE, reason EDGE_DRAINING. */
  drain(): void {
    this.#draining = true;
  }

  signIn(request: SignInRequest, caller: Caller): Promise<SignInResponse> {
    return this.#serve('SignIn', caller, (span) => this.#signIn(request, caller, span));
  }

  resume(request: ResumeRequest, caller: Caller): Promise<ResumeResponse> {
    return this.#serve('Resume', caller, (span) => this.#resume(request, caller, span));
  }

  /**
   * Opens the player's stream on a sink. Throws what the token or session refuses; the caller ends the sink with it then.
   * When it resolves the stream stands, or the player was gone before.
   */
  open(caller: Caller, sink: PlayerSink): Promise<PlayerStream> {
    // What is told of the call is its opening: a stream lives long.
    return this.#serve('Play', caller, (span) => this.#open(caller, sink, span));
  }

  leave(_request: LeaveRequest, caller: Caller): Promise<LeaveResponse> {
    return this.#serve('Leave', caller, (span) => this.#leave(caller, span));
  }

  findMatch(request: FindMatchRequest, caller: Caller): Promise<FindMatchResponse> {
    return this.#serve('FindMatch', caller, (span) => this.#findMatch(request, caller, span));
  }

  cancelMatch(_request: CancelMatchRequest, caller: Caller): Promise<CancelMatchResponse> {
    return this.#serve('CancelMatch', caller, () => this.#cancelMatch(caller));
  }

  steer(request: SteerRequest, caller: Caller): Promise<SteerResponse> {
    return this.#serve('Steer', caller, () => this.#steer(request, caller));
  }

  #serve<Answer>(
    method: Method,
    caller: Caller,
    work: (span: OpenSpan | undefined) => Promise<Answer>,
  ): Promise<Answer> {
    const { calls } = this.#options;
    return calls.serve(fullNameOf(method), checkedTraceparent(caller.traceparent), work);
  }

  async #signIn(request: SignInRequest, caller: Caller, span: OpenSpan | undefined): Promise<SignInResponse> {
    const playerId = playerIdOf(request.secret);
    const displayName = checkedDisplayName(request.displayName);
    const requestId = checkedRequestId(request.requestId);
    this.#options.limits.signIn(caller.address);
    this.#options.admit();
    const { edgeId, session: sessions, limits } = this.#options.streams;
    const create = { playerId, displayName, takeOver: request.takeOver, requestId, edgeId };
    const { session, token, lease, resumed } = await this.#enter(() =>
      within(span, () => sessions.createSession(create, { deadline: limits.callMs })),
    );
    const { edges } = this.#admitted();
    return { playerId, token, expireTime: session?.expireTime, lease, edges, resumed };
  }

  async #resume(request: ResumeRequest, caller: Caller, span: OpenSpan | undefined): Promise<ResumeResponse> {
    const token = readToken(caller.authorization);
    const requestId = checkedRequestId(request.requestId);
    const { edgeId, session: sessions, limits } = this.#options.streams;
    const resumed = await this.#enter(() =>
      this.#proving(caller, () =>
        within(span, () =>
          sessions.resumeSession({ token: token.text, requestId, edgeId }, { deadline: limits.callMs }),
        ),
      ),
    );
    const { edges } = this.#admitted();
    const { session, lease } = resumed;
    return { playerId: token.playerId, token: resumed.token, expireTime: session?.expireTime, lease, edges };
  }

  async #open(caller: Caller, sink: PlayerSink, span: OpenSpan | undefined): Promise<PlayerStream> {
    const token = readToken(caller.authorization);
    const stream = new PlayerStream(sink, this.#admitted().welcome, this.#options.streams);
    await this.#enter(() => this.#proving(caller, () => stream.open(token, span)));
    return stream;
  }

  async #leave(caller: Caller, span: OpenSpan | undefined): Promise<LeaveResponse> {
    const token = readToken(caller.authorization);
    const here = this.#streamOf(token);
    const epoch = here?.epoch ?? (await this.#authenticate(token, caller)).epoch;
    const { session: sessions, limits } = this.#options.streams;
    const end = { session: { playerId: token.playerId, epoch } };
    await within(span, () => sessions.endSession(end, { deadline: limits.callMs }));
    here?.end({ kind: 'ended' });
    return {};
  }

  async #findMatch(request: FindMatchRequest, caller: Caller, span: OpenSpan | undefined): Promise<FindMatchResponse> {
    const requestId = checkedRequestId(request.requestId);
    const stream = await this.#stream(caller);
    if (stream.matchId === '') this.#options.admit();
    return stream.findMatch(requestId, span);
  }

  async #cancelMatch(caller: Caller): Promise<CancelMatchResponse> {
    await (await this.#stream(caller)).cancelMatch();
    return {};
  }

  async #steer(request: SteerRequest, caller: Caller): Promise<SteerResponse> {
    const token = readToken(caller.authorization);
    const stream = this.#streamOf(token);
    if (stream === undefined) {
      await this.#authenticate(token, caller);
      throw wrongEdge();
    }
    stream.steer(request.inputs);
    return {};
  }

  /** The stream that the token holds here. Throws FAILED_PRECONDITION, reason WRONG_EDGE or NO_STREAM, where it is not. */
  async #stream(caller: Caller): Promise<PlayerStream> {
    const token = readToken(caller.authorization);
    const stream = this.#streamOf(token);
    if (stream !== undefined) return stream;
    const { state, edgeId } = await this.#authenticate(token, caller);
    if (state === Session_State.STATE_ATTACHED && edgeId !== this.#options.streams.edgeId) throw wrongEdge();
    throw new ServiceError(Status.FAILED_PRECONDITION, 'NO_STREAM', 'the player has no open stream with this token');
  }

  #streamOf(token: Token): PlayerStream | undefined {
    const stream = this.#options.streams.directory.get(token.playerId);
    return stream !== undefined && sameToken(stream.session.tokenHash, token) ? stream : undefined;
  }

  async #authenticate(token: Token, caller: Caller): Promise<Session> {
    const { session: sessions, limits } = this.#options.streams;
    const { session } = await this.#proving(caller, () =>
      sessions.authenticateSession({ token: token.text }, { deadline: limits.callMs }),
    );
    if (session === undefined) throw new Error('session authenticated nobody');
    return session;
  }

  /** A call that proves a token: who presents too many unknown ones is not asked about any more. */
  async #proving<Answer>(caller: Caller, prove: () => Promise<Answer>): Promise<Answer> {
    this.#options.limits.checkToken(caller.address);
    try {
      return await prove();
    } catch (thrown) {
      if (ServiceError.from(thrown).status === Status.UNAUTHENTICATED)
        this.#options.limits.tokenRefused(caller.address);
      throw thrown;
    }
  }

  #admitted(): Advertised {
    if (this.#advertised === undefined) throw unavailable('EDGE_STARTING', 'this edge is not ready yet', 100);
    return this.#advertised;
  }

  /** Somebody comes in: not while draining, and not more at once than session can be asked about. */
  async #enter<Answer>(entry: () => Promise<Answer>): Promise<Answer> {
    if (this.#draining) throw edgeDraining();
    this.#admitted();
    if (this.#entries.size >= this.#options.entriesMax) {
      throw exhausted('EDGE_BUSY', 'too many players come in at once', 1_000);
    }
    const key = Symbol('entry');
    this.#entries.add(key);
    try {
      return await entry();
    } finally {
      this.#entries.delete(key);
    }
  }
}

function wrongEdge(): ServiceError {
  return new ServiceError(Status.FAILED_PRECONDITION, 'WRONG_EDGE', 'this edge does not hold the player’s stream');
}
