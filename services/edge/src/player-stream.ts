import { randomUUID } from 'node:crypto';
import type { MatchRef } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import type { Event, FindMatchResponse } from '@clew/protocol/clew/play/v1/play.ts';
import type { AttachSessionResponse } from '@clew/protocol/clew/session/v1/session.ts';
import type { Counter, Counters } from '@clew/service-kit/counters';
import { exhausted, ServiceError } from '@clew/service-kit/service-error';
import type { Histogram } from '@clew/service-kit/telemetry/histogram';
import { type OpenSpan, openSpan, type TraceParent, within } from '@clew/service-kit/telemetry/tracing';
import { Status } from 'nice-grpc-common';
import { type Ending, givesUpSeat, isOver, toldBy } from './endings.ts';
import { encodeEvent, heartbeat, idle } from './events.ts';
import { type HeldSession, heldSession } from './held-session.ts';
import { checkInputs } from './inputs.ts';
import { Pace } from './pace.ts';
import type { SessionPeer } from './peers.ts';
import { type PlaceHolder, PlaceInQueue, type PlaceServices } from './place-in-queue.ts';
import type { DirectoryEntry, PlayerDirectory } from './player-directory.ts';
import type { PlayerSink, SinkOwner } from './player-sink.ts';
import { Seat, type SeatHolder, type SeatServices } from './seat.ts';
import type { SessionReports } from './sessions/session-reports.ts';
import type { Token } from './token.ts';

/**
 * One player's stream, from its opening to its end: what this edge holds of a player, and nothing else does.
 *
 *     opening ─► lobby ⇄ queued ─► seated ─► lobby
 *     any ─► ended
 *
 * L1 Each phase owns what it needs; `#enter` is the only way from one to the next, and `end` the only way out: it runs
 *    once, frees everything, and whatever comes later finds `ended` (M2).
 * L2 The stream is in the directory from its session's attachment until `end`, and `end` comes at once when the socket is
 *    gone (M1).
 * L3 Nothing is queued for a slow reader: frames, places and heartbeats are left out (M5); of what may not be left out
 *    there are at most `backlogMax`, beyond that, or without progress for `stallMs`, the reader is cut (M4). Neither the
 *    system's buffers, which take much more than that, nor pings, which are not the player's, say that anybody reads: who
 *    shows no sign of life for `silenceMs` is cut, too.
 * L4 Only `ended` by socket, stall, silence, refusal or draining reports "detached": in the other cases session knows already.
 */
export interface StreamServices {
  readonly edgeId: string;
  readonly session: SessionPeer;
  readonly reports: SessionReports;
  readonly directory: PlayerDirectory<PlayerStream>;
  readonly places: PlaceServices;
  readonly seats: SeatServices;
  readonly counters: Counters;
  /** Of those counted for each message: `edge.inputs`. */
  readonly inputs: Counter;
  /** `edge.frames`. */
  readonly frames: Counter;
  /** Seconds from asking for a match to sitting in it. */
  readonly joins: Histogram;
  readonly limits: StreamLimits;
}

export interface StreamLimits {
  readonly callMs: number;
  readonly stallMs: number;
  readonly heartbeatMs: number;
  readonly silenceMs: number;
  /** Messages with inputs. */
  readonly inputsPerSecond: number;
  readonly inputsBurst: number;
}

type StreamLife =
  /** Asks session whether the token is good. */
  | { readonly phase: 'opening'; readonly abort: AbortController }
  /** In no queue and no match. */
  | { readonly phase: 'lobby' }
  /** Wants a match. */
  | { readonly phase: 'queued'; readonly place: PlaceInQueue }
  | { readonly phase: 'seated'; readonly seat: Seat }
  | { readonly phase: 'ended' };

const backlogMax = 16;
/** A reader that has not taken a message for this long is slow: half a tick. */
const slowMs = 25;
/** How long an attachment under way may go on when the player is gone already: its epoch is needed to detach. */
const attachGraceMs = 500;

export class PlayerStream implements DirectoryEntry, SinkOwner, PlaceHolder, SeatHolder {
  readonly #services: StreamServices;
  readonly #sink: PlayerSink;
  readonly #welcome: Buffer;
  readonly #pace = new Pace();
  #life: StreamLife = { phase: 'opening', abort: new AbortController() };
  #session: HeldSession | undefined;
  /** A ticket that was withdrawn while it was being placed. */
  #withdrawal: Disposable | undefined;
  /** The join that is under way, for whoever follows traces; "" when there is none. */
  #join: TraceParent = '';
  #askedMs = 0;
  #sentMs = performance.now();
  #heardMs = performance.now();
  readonly openedMs = performance.now();
  /** When its session is due for renewal; kept here, so that it goes with the stream. */
  renewMs = 0;
  /** By its last renewal. */
  leaseDenied = false;
  /** When its session was last renewed, or the stream opened. */
  renewedMs = performance.now();

  /** `welcome` is the first message, the same for all. */
  constructor(sink: PlayerSink, welcome: Buffer, services: StreamServices) {
    this.#sink = sink;
    this.#welcome = welcome;
    this.#services = services;
    sink.belongTo(this);
  }

  get playerId(): string {
    return this.session.playerId;
  }

  get epoch(): number {
    return this.session.epoch;
  }

  /** The match that the player sits in, or empty. */
  get matchId(): string {
    return this.#life.phase === 'seated' ? this.#life.seat.matchId : '';
  }

  get session(): HeldSession {
    if (this.#session === undefined) throw new Error('the stream is not open yet');
    return this.#session;
  }

  /** Nothing is held any more. */
  get ended(): boolean {
    return this.#life.phase === 'ended';
  }

  get isOrphan(): boolean {
    return this.ended || this.leaseDenied || this.#sink.isSevered;
  }

  /**
   * Proves the token and takes the session over from older streams. Throws what session refuses, UNAVAILABLE when it is
   * away, CollectionFull; the stream has ended then.
   */
  async open(token: Token, span?: OpenSpan): Promise<void> {
    try {
      const { session } = await within(span, () => this.#attach(token));
      if (session === undefined) throw new Error('session attached nothing');
      this.#session = heldSession(session, token);
      if (this.#life.phase !== 'opening') return this.#services.reports.detached(this.#session); // gone meanwhile
      this.#services.directory.enter(this); // L2
      this.#services.counters.add('edge.streams_opened');
      this.#life = { phase: 'lobby' };
      this.#write(this.#welcome);
      if (session.matchId === '') this.#write(idle);
      else this.#rejoin(session.matchId, span);
    } catch (thrown) {
      if (this.#life.phase !== 'opening') return; // gone meanwhile: nobody to tell
      this.#life = { phase: 'ended' };
      if (this.#session !== undefined && !isReplaced(thrown)) this.#services.reports.detached(this.#session);
      throw thrown;
    }
  }

  /**
   * Inputs of one message. Throws INVALID_ARGUMENT naming the field; RESOURCE_EXHAUSTED, reason INPUT_RATE, when messages
   * come too fast. Without a seat they are dropped: they were on their way when the match ended. A message without inputs is
   * a sign of life.
   */
  steer(inputs: readonly Input[]): void {
    const { inputsPerSecond, inputsBurst } = this.#services.limits;
    const nowMs = performance.now();
    this.#heardMs = nowMs;
    if (!this.#pace.take(nowMs, inputsPerSecond, inputsBurst)) {
      throw exhausted('INPUT_RATE', `at most ${inputsPerSecond} messages with inputs a second`, 1_000);
    }
    checkInputs(inputs);
    this.#services.inputs.add(inputs.length);
    if (this.#life.phase === 'seated') this.#life.seat.steer(inputs);
  }

  /** Waits for a match. Throws what matchmaking refuses, UNAVAILABLE when it is away. */
  async findMatch(requestId: string, span?: OpenSpan): Promise<FindMatchResponse> {
    switch (this.#life.phase) {
      case 'seated':
        return { ticketId: '', matchId: this.#life.seat.matchId };
      case 'queued':
        return { ticketId: await this.#ticketOf(this.#life.place), matchId: '' };
      case 'lobby':
        this.#beginJoin(span);
        return {
          ticketId: await this.#ticketOf(this.#queue(requestId, { front: false, insist: false, span })),
          matchId: '',
        };
      default:
        throw noStream();
    }
  }

  /** Withdraws from the queue or gives up the seat; resolves when neither is left. */
  async cancelMatch(): Promise<void> {
    const life = this.#life;
    if (life.phase === 'queued') {
      this.#life = { phase: 'lobby' }; // withdrawing frees the place, but not before its ticket is known
      await this.#withdraw(life.place);
    } else if (life.phase === 'seated') {
      this.#enter({ phase: 'lobby' }, { leave: true });
      await this.#services.reports.noMatch(this.session, life.seat.matchId);
    } else return;
    if (!this.ended) this.#write(idle);
  }

  /** To be called about every half second: heartbeat, stall, what the seat waits for. */
  pulse(nowMs: number): void {
    const { heartbeatMs, stallMs, silenceMs } = this.#services.limits;
    if (this.#sink.stalledMs(nowMs) > stallMs || this.#sink.backlog > backlogMax) {
      this.end({ kind: 'stalled' }); // L3
      return;
    }
    if (nowMs - this.#heardMs > silenceMs) {
      this.end({ kind: 'silent' }); // L3
      return;
    }
    if (this.#life.phase === 'seated') this.#life.seat.pulse(nowMs);
    if (nowMs - this.#sentMs >= heartbeatMs && this.#sink.backlog === 0) this.#write(heartbeat);
  }

  /** Ends the stream, whatever it is doing; once (L1). */
  end(ending: Ending): void {
    const life = this.#life;
    if (life.phase === 'ended') return;
    this.#enter({ phase: 'ended' }, { leave: givesUpSeat(ending) });
    this.#withdrawal?.[Symbol.dispose]();
    if (life.phase !== 'opening') {
      this.#services.counters.add(`edge.streams_${ending.kind}`);
      this.#services.directory.leave(this);
      if (!isOver(ending)) this.#services.reports.detached(this.session); // L4
    }
    if (ending.kind === 'stalled') this.#sink.reset();
    else this.#sink.end(toldBy(ending));
  }

  // The sink

  gone(): void {
    this.end({ kind: 'closed' });
  }

  drained(): void {
    if (this.#life.phase === 'seated') this.#life.seat.readerDrained();
  }

  // The place in the queue

  placeChanged(ticketId: string, place: number, waiting: number): void {
    this.#event({ $case: 'queued', value: { ticketId, place, waiting } });
  }

  placeAssigned(match: MatchRef): void {
    this.#sit(match.matchId, match);
  }

  placeFailed(): void {
    this.#enter({ phase: 'lobby' });
    this.#write(idle);
  }

  // The seat

  seatTaken(seat: number): void {
    this.#endJoin();
    this.#event({ $case: 'seated', value: { matchId: this.matchId, seat } });
  }

  readerSlow(): boolean {
    const { backlog } = this.#sink;
    return backlog > 0 && (backlog >= backlogMax || this.#sink.stalledMs(performance.now()) > slowMs);
  }

  relay(first: Uint8Array, second: Uint8Array | undefined): void {
    this.#services.frames.add();
    this.#write(first, second);
  }

  seatEnded(): void {
    const matchId = this.#stand();
    this.#event({ $case: 'matchEnded', value: { matchId } });
  }

  seatUnknown(): void {
    this.#stand();
    this.#write(idle);
  }

  seatLost(): void {
    const matchId = this.#stand();
    this.#services.counters.add('edge.matches_lost');
    this.#event({ $case: 'matchLost', value: { matchId } });
    this.#beginJoin(undefined);
    this.#queue(randomUUID(), { front: true, insist: true, span: undefined });
  }

  seatReplaced(): void {
    this.end({ kind: 'replaced' });
  }

  // Inside

  /** Leaves the present phase, freeing what it owns, for the next (L1). */
  #enter(next: StreamLife, { leave = false } = {}): void {
    const life = this.#life;
    this.#life = next;
    switch (life.phase) {
      case 'opening':
        setTimeout(() => life.abort.abort(), attachGraceMs).unref();
        break;
      case 'queued':
        if (leave) life.place.abandon();
        else life.place[Symbol.dispose]();
        break;
      case 'seated':
        if (leave) life.seat.leave();
        else life.seat[Symbol.dispose]();
    }
  }

  #attach(token: Token): Promise<AttachSessionResponse> {
    if (this.#life.phase !== 'opening') throw new Error('a stream opens once');
    const { edgeId, session, limits } = this.#services;
    const options = { deadline: limits.callMs, signal: this.#life.abort.signal };
    return session.attachSession({ token: token.text, edgeId }, options);
  }

  #queue(requestId: string, how: { front: boolean; insist: boolean; span: OpenSpan | undefined }): PlaceInQueue {
    this.#withdrawal?.[Symbol.dispose]();
    const { playerId, epoch: sessionEpoch, displayName } = this.session;
    const member = { playerId, sessionEpoch, displayName };
    const place = new PlaceInQueue({ member, requestId, ...how }, this, this.#services.places);
    this.#enter({ phase: 'queued', place });
    return place;
  }

  /** The question is taken back when the stream ends; whoever asked hears that, not how. */
  async #ticketOf(place: PlaceInQueue): Promise<string> {
    try {
      return await place.ticket;
    } catch (thrown) {
      throw this.ended ? noStream() : thrown;
    }
  }

  async #withdraw(place: PlaceInQueue): Promise<void> {
    const unwanted = (match: MatchRef) => void this.#services.reports.noMatch(this.session, match.matchId);
    const withdrawal = await place.withdraw(unwanted);
    if (this.#life.phase === 'lobby') this.#withdrawal = withdrawal;
    else withdrawal?.[Symbol.dispose]();
  }

  #sit(matchId: string, match: MatchRef | undefined): void {
    const owner = { playerId: this.playerId, sessionEpoch: this.epoch, traceParent: this.#join };
    this.#enter({ phase: 'seated', seat: new Seat(matchId, match, owner, this, this.#services.seats) });
  }

  #rejoin(matchId: string, span: OpenSpan | undefined): void {
    this.#beginJoin(span);
    this.#sit(matchId, undefined);
  }

  #beginJoin(span: OpenSpan | undefined): void {
    this.#join = span?.traceparent ?? '';
    this.#askedMs = performance.now();
  }

  /** The player sits: from asking for a match, or coming back into one, until now. */
  #endJoin(): void {
    if (this.#askedMs === 0) return; // the same match, under another seat
    const tookMs = performance.now() - this.#askedMs;
    this.#services.joins.record(tookMs / 1_000);
    if (this.#join !== '') openSpan('join', { parent: this.#join, startTime: Date.now() - tookMs })?.end();
    this.#join = '';
    this.#askedMs = 0;
  }

  /** The seat is no more: back to the lobby, and the session points to no match. */
  #stand(): string {
    const { matchId } = this;
    this.#enter({ phase: 'lobby' });
    void this.#services.reports.noMatch(this.session, matchId);
    return matchId;
  }

  #event(kind: NonNullable<Event['kind']>): void {
    this.#write(encodeEvent(kind));
  }

  #write(first: Uint8Array, second?: Uint8Array): void {
    this.#sentMs = performance.now();
    this.#sink.write(first, second);
  }
}

function isReplaced(thrown: unknown): boolean {
  return thrown instanceof ServiceError && thrown.reason === 'SESSION_REPLACED';
}

function noStream(): ServiceError {
  return new ServiceError(Status.FAILED_PRECONDITION, 'NO_STREAM', 'the player has no open stream');
}
