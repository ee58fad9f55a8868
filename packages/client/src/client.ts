import type { Event, PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import { createNanoEvents, type Emitter } from 'nanoevents';
import { Status } from 'nice-grpc-common';
import { ClewError } from './clew-error.ts';
import type { ClientEvents } from './client-events.ts';
import { type ClientLimits, defaultLimits } from './client-limits.ts';
import type { ClewClientOptions, SignInOptions } from './client-options.ts';
import type { ClientState } from './client-state.ts';
import { InputLog } from './input-log.ts';
import { JoinTrace } from './join-trace.ts';
import { Lifeline, type LifelineListener } from './lifeline.ts';
import type { Match } from './match.ts';
import { askForMatch } from './match-request.ts';
import { PlayedMatch } from './played-match.ts';
import { newSecret } from './secret.ts';
import { type ClientStats, StatsBook } from './stats.ts';
import { memoryStore, type Store } from './store.ts';

/** A session as this client holds it, from signing in until it is over or left. */
interface Life {
  readonly line: Lifeline;
  readonly opened: PromiseWithResolvers<void>;
  /** What the edge tells of it is not heard any more: it is being left. */
  isLeaving: boolean;
  /** The stream is open. */
  isUp: boolean;
  /** The edge told where the player stands, at least once. */
  hasStood: boolean;
  /** The edge told so since the stream opened. */
  isSettled: boolean;
  /** A match was asked for and none has come. */
  wantsMatch: boolean;
  tickMs: number;
  roundTripMs: number;
}

/**
 * One player, from sign-in to leaving.
 *
 * CC1 The state is one value; whatever belongs to one state only (the match) ends with it.
 * CC2 After every Welcome the edge tells where the player stands (Seated, Queued or Idle). Until then the state does
 *     not change, so that a page does not flicker through the lobby.
 * CC3 Who waited for a match when the stream was lost still wants one: it is asked for again.
 * CC4 Nothing is left after `close()`: no timer, no listener, no stream.
 */
export class ClewClient implements Disposable {
  readonly #options: ClewClientOptions;
  readonly #limits: ClientLimits;
  readonly #store: Store;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #events: Emitter<ClientEvents> = createNanoEvents<ClientEvents>();
  readonly #book: StatsBook;
  readonly #inputs = new InputLog();
  readonly #joinTrace = new JoinTrace();
  #state: ClientState = { kind: 'signed-out' };
  #life: Life | undefined;
  #match: PlayedMatch | undefined;
  #playerId: string | undefined;
  #isClosed = false;

  constructor(options: ClewClientOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#book = options.book ?? new StatsBook();
    this.#store = options.store ?? memoryStore();
    this.#now = options.now ?? (() => performance.now());
    this.#random = options.random ?? Math.random;
  }

  get state(): ClientState {
    return this.#state;
  }

  /** The match that the player sits in; undefined outside of one. The same object across reconnects into the seat. */
  get match(): Match | undefined {
    return this.#match;
  }

  /** 32 hexadecimal digits once signed in. */
  get playerId(): string | undefined {
    return this.#playerId;
  }

  get stats(): ClientStats {
    return this.#book.read();
  }

  /** Registers a listener; call what it returns to remove it. */
  on<Name extends keyof ClientEvents>(event: Name, listener: ClientEvents[Name]): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * Signs in and opens the player's stream; resolves when it stands (the state is then lobby, queued or seated: a
   * session that still lived is entered again). From `signed-out` and `ended` only. Rejects with a ClewError, and the
   * state `ended` has it too; SESSION_ACTIVE: the player plays elsewhere, ask whether to take over.
   */
  async signIn(options: SignInOptions): Promise<void> {
    if (this.#isClosed) throw closed();
    if (this.#life !== undefined) throw new ClewError(Status.FAILED_PRECONDITION, 'SIGNED_IN', 'signed in already');
    this.#joinTrace.begin();
    const secret = options.secret ?? this.#ownSecret();
    const opened = Promise.withResolvers<void>();
    const line = new Lifeline({
      transport: this.#options.transport,
      address: this.#options.edge,
      limits: this.#limits,
      random: this.#random,
      now: this.#now,
      secret,
      displayName: options.displayName,
      takeOver: options.takeOver ?? false,
      // A token of the store belongs to the store's player.
      token: options.secret === undefined ? this.#store.loadToken() : undefined,
      listener: this.#listen(() => life),
      trace: this.#joinTrace.header,
    });
    const life: Life = {
      ...{ line, opened, isLeaving: false, isUp: false, hasStood: false, isSettled: false, wantsMatch: false },
      tickMs: 50,
      roundTripMs: 0,
    };
    this.#life = life;
    this.#enter({ kind: 'connecting' });
    void line.run();
    await opened.promise;
  }

  /** Asks for a match; resolves when the wait has begun. The seat is told by the state. Rejects with a ClewError. */
  async findMatch(): Promise<void> {
    const life = this.#signedIn();
    life.wantsMatch = true;
    this.#joinTrace.begin();
    try {
      await this.#ask(life);
    } catch (thrown) {
      life.wantsMatch = false;
      throw thrown;
    }
  }

  /** Withdraws from the queue or gives up the seat; the session stays. Rejects with a ClewError. */
  async cancelMatch(): Promise<void> {
    const life = this.#signedIn();
    life.wantsMatch = false;
    await life.line.call((connection, token, signal) => connection.cancelMatch(token, signal));
    if (this.#life === life && life.isSettled) this.#enter({ kind: 'lobby' });
  }

  /** Ends the session at once: seat, ticket and lease are gone. Never rejects; state `signed-out` afterwards. */
  async leave(): Promise<void> {
    const life = this.#life;
    if (life === undefined || life.isLeaving) return;
    life.isLeaving = true;
    const leave = () => life.line.call((connection, token, signal) => connection.leave(token, signal));
    await leave()
      .catch(() => leave())
      .catch(() => undefined); // unheard: the lease runs out
    if (this.#life === life) this.#end(life, { kind: 'signed-out' }, new ClewError(Status.CANCELLED, 'LEFT', 'left'));
  }

  /** Drops everything here without a word to the edge: the session lives on until its lease runs out. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const error = closed();
    const state: ClientState = { kind: 'ended', reason: error.reason, error };
    if (this.#life !== undefined) this.#end(this.#life, state, error);
    else this.#enter(state);
    this.#events.events = {};
    this.#store.close?.();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #ownSecret(): Uint8Array {
    const kept = this.#store.loadSecret();
    if (kept !== undefined) return kept;
    const secret = newSecret();
    this.#store.saveSecret(secret);
    return secret;
  }

  #signedIn(): Life {
    const life = this.#life;
    if (life === undefined || life.isLeaving) {
      throw new ClewError(Status.FAILED_PRECONDITION, 'SIGNED_OUT', 'not signed in');
    }
    return life;
  }

  async #ask(life: Life): Promise<void> {
    const { answer, tookMs } = await askForMatch(life.line, this.#limits, this.#now, this.#random);
    life.roundTripMs = Math.min(life.roundTripMs, tookMs);
    const isWaiting = answer.ticketId !== '' && this.#state.kind === 'lobby' && life.wantsMatch;
    if (isWaiting) this.#enter({ kind: 'queued', place: 0, waiting: 0 });
  }

  /** What the lifeline tells of a life, as long as it is this client's. */
  #listen(lifeOf: () => Life): LifelineListener {
    const heard = (hear: (life: Life) => void) => {
      const life = lifeOf();
      if (this.#life === life && !life.isLeaving) hear(life);
    };
    return {
      token: (token) => heard(() => this.#store.saveToken(token)),
      player: (playerId) =>
        heard(() => {
          this.#playerId = playerId;
        }),
      up: (welcome, roundTripMs) =>
        heard((life) => {
          life.isUp = true;
          life.isSettled = false;
          life.tickMs = 1000 / welcome.tickRate;
          life.roundTripMs = roundTripMs;
        }),
      message: (message, bytes) =>
        heard((life) => {
          this.#book.bytes += bytes;
          if (message.event?.kind !== undefined) this.#takeEvent(life, message.event.kind);
          if (message.header !== undefined) this.#takeFrame(life, message);
        }),
      down: (error, attempt) =>
        heard((life) => {
          const wasUp = life.isUp;
          life.isUp = false;
          this.#joinTrace.begin();
          this.#match?.interrupt();
          if (life.hasStood) this.#enter({ kind: 'reconnecting', attempt });
          if (!wasUp) return;
          this.#book.disconnects += 1;
          this.#events.emit('lost', error);
        }),
      over: (error) =>
        heard((life) => {
          if (error.reason.startsWith('SESSION_')) this.#store.saveToken(undefined);
          if (life.isUp) this.#book.disconnects += 1;
          this.#end(life, { kind: 'ended', reason: error.reason, error }, error);
        }),
    };
  }

  #takeEvent(life: Life, kind: NonNullable<Event['kind']>): void {
    switch (kind.$case) {
      case 'welcome':
      case 'heartbeat':
        return;
      case 'queued':
        life.wantsMatch = true;
        this.#enter({ kind: 'queued', place: kind.value.place, waiting: kind.value.waiting });
        break;
      case 'seated':
        life.wantsMatch = false;
        this.#sit(life, kind.value.matchId, kind.value.seat);
        break;
      case 'idle':
        this.#idle(life);
        break;
      case 'matchEnded':
        this.#endMatch(kind.value.matchId);
        break;
      case 'matchLost':
        life.wantsMatch = true; // the edge put the player in front of the queue
        this.#enter({ kind: 'queued', place: 0, waiting: 0 });
        this.#events.emit('matchLost', { matchId: kind.value.matchId });
        break;
    }
    this.#settle(life);
  }

  /** CC2: the player stands somewhere. */
  #settle(life: Life): void {
    life.isSettled = true;
    life.hasStood = true;
    life.opened.resolve();
  }

  #idle(life: Life): void {
    const asksAgain = life.wantsMatch && !life.isSettled; // CC3
    life.wantsMatch = asksAgain;
    this.#enter(asksAgain ? { kind: 'queued', place: 0, waiting: 0 } : { kind: 'lobby' });
    if (!asksAgain) return;
    this.#ask(life).catch(() => {
      life.wantsMatch = false;
      if (this.#life === life && life.isUp && this.#state.kind === 'queued') this.#enter({ kind: 'lobby' });
    });
  }

  #sit(life: Life, matchId: string, seat: number): void {
    if (this.#match?.matchId !== matchId || this.#match.seat !== seat) {
      this.#match?.close();
      this.#match = new PlayedMatch({
        matchId,
        seat,
        tickMs: life.tickMs,
        roundTripMs: life.roundTripMs,
        now: this.#now,
        book: this.#book,
        inputs: this.#inputs,
        send: (inputs) => life.line.send(inputs),
        onTick: (match, tick) => this.#events.emit('tick', match, tick),
      });
    }
    this.#enter({ kind: 'seated', matchId, seat });
  }

  #endMatch(matchId: string): void {
    const ranking = this.#match?.matchId === matchId ? this.#match.ranking : [];
    this.#book.matchesFinished += 1;
    this.#enter({ kind: 'lobby' });
    this.#events.emit('matchEnded', { matchId, ranking });
  }

  #takeFrame(life: Life, message: PlayResponse): void {
    const match = this.#match;
    if (match === undefined || this.#state.kind !== 'seated') return;
    if (match.frame(message)) {
      this.#events.emit('frame', match);
    } else if (match.gapAtMs !== undefined && this.#now() - match.gapAtMs > this.#limits.keyframeMs) {
      life.line.reopen(new ClewError(Status.DATA_LOSS, 'FRAMES_LOST', 'a frame is missing, and no keyframe came'));
    }
  }

  #end(life: Life, state: ClientState, error: ClewError): void {
    this.#life = undefined;
    life.line.close();
    if (state.kind === 'signed-out') this.#store.saveToken(undefined);
    life.opened.promise.catch(() => undefined);
    life.opened.reject(error);
    this.#enter(state);
  }

  #enter(state: ClientState): void {
    if (state.kind === 'seated' || state.kind === 'ended' || state.kind === 'signed-out') this.#joinTrace.end();
    if (state.kind !== 'seated' && state.kind !== 'reconnecting') {
      this.#match?.close(); // CC1
      this.#match = undefined;
    }
    const previous = this.#state;
    if (previous.kind === state.kind && JSON.stringify(previous) === JSON.stringify(state)) return;
    this.#state = state;
    this.#events.emit('state', state, previous);
  }
}

function closed(): ClewError {
  return new ClewError(Status.CANCELLED, 'CLOSED', 'the client was closed');
}
