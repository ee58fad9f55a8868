import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import type { Edge, PlayResponse, Welcome } from '@clew/protocol/clew/play/v1/play.ts';
import { Status } from 'nice-grpc-common';
import { backoffMs } from './backoff.ts';
import { bounded } from './bounded.ts';
import { ClewError } from './clew-error.ts';
import type { ClientLimits } from './client-limits.ts';
import { millisecondsOf } from './duration.ts';
import { EdgeList } from './edge-list.ts';
import type { Connection, PlayerStream, TraceHeader, Transport } from './transport.ts';
import { Watchdog } from './watchdog.ts';

/**
 * One player's line to the edges: signs in, keeps one stream open, and comes back when it is lost.
 *
 *     signing in ─► stream open ─lost─► waiting ─► resuming (or signing in anew) ─► stream open
 *
 * L1 One stream and one connection at most. A new one is made after the old one is closed.
 * L2 What the edge said is final ends it: SESSION_REPLACED, SESSION_KICKED, SESSION_ENDED (two tabs must not fight), and
 *    whatever refuses a sign-in. Everything else is tried again, for as long as nobody calls `close`.
 * L3 Every wait is bounded and jittered, and not shorter than the edge asked for.
 * L4 A token is kept before it is used; an answer that was lost does not matter, for the older token stays good until
 *    the newer was used.
 * L5 A session that is gone (TOKEN_UNKNOWN) is replaced by a new sign-in with the secret, never with `takeOver`.
 * L6 A silent stream is a lost one.
 * L7 The stream shows a sign of life several times per `silence_max`. No timer drives it but what arrives: a page in the
 *    background has hardly any timers, and who does not read any more shows none.
 * L8 `close` leaves nothing: no stream, connection, timer or listener; no callback comes after it.
 */
export interface LifelineOptions {
  readonly transport: Transport;
  readonly address: string;
  readonly limits: ClientLimits;
  readonly random: () => number;
  readonly now: () => number;
  readonly secret: Uint8Array;
  readonly displayName: string;
  readonly takeOver: boolean;
  /** Of a session that may still live. */
  readonly token: string | undefined;
  readonly listener: LifelineListener;
  /** Gives each call the trace of the join that is under way. */
  readonly trace: TraceHeader;
}

export interface LifelineListener {
  /** A new token, or none: keep it. */
  token(token: string | undefined): void;
  /** Who the player is. */
  player(playerId: string): void;
  /** The stream stands. `roundTripMs` is how long the call before it took. */
  up(welcome: Welcome, roundTripMs: number): void;
  message(message: PlayResponse, bytes: number): void;
  /** The stream was lost, or could not be had; attempt number `attempt` follows. */
  down(error: ClewError, attempt: number): void;
  /** It is over. */
  over(error: ClewError): void;
}

const SIGNS_PER_SILENCE = 3;

const FINAL_REASONS = new Set(['SESSION_REPLACED', 'SESSION_KICKED', 'SESSION_ENDED']);

/** What passes by itself, perhaps at another edge. */
const PASSING = new Set<Status>([
  Status.UNAVAILABLE,
  Status.DEADLINE_EXCEEDED,
  Status.RESOURCE_EXHAUSTED,
  Status.ABORTED,
  Status.CANCELLED,
  Status.UNKNOWN,
  Status.INTERNAL,
]);

export class Lifeline {
  readonly #options: LifelineOptions;
  readonly #edges: EdgeList;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  #connectedTo: string | undefined;
  #stream: PlayerStream | undefined;
  #lose: ((error: ClewError) => void) | undefined;
  #token: string | undefined;

  constructor(options: LifelineOptions) {
    this.#options = options;
    this.#edges = new EdgeList(options.address);
    this.#token = options.token;
  }

  /** Lives until it is over or closed; never rejects. */
  async run(): Promise<void> {
    try {
      await this.#live();
    } catch (thrown) {
      this.#release();
      if (!this.#closing.signal.aborted) this.#options.listener.over(ClewError.from(thrown));
    }
  }

  /** Calls the edge that holds the stream. */
  call<Answer>(ask: (connection: Connection, token: string, signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    return bounded(
      this.#options.limits.callMs,
      (signal) => {
        if (this.#token === undefined) throw new ClewError(Status.FAILED_PRECONDITION, 'SIGNED_OUT', 'not signed in');
        return ask(this.#connect(), this.#token, signal);
      },
      this.#closing.signal,
    );
  }

  /** Passes unacknowledged inputs to the stream, if there is one. */
  send(inputs: readonly Input[]): void {
    this.#stream?.send(inputs);
  }

  /** Gives the stream up for a new one. */
  reopen(why: ClewError): void {
    this.#lose?.(why);
  }

  /** Waits, unless it is closed meanwhile: then rejects. */
  pause(waitMs: number): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(ClewError.from(signal.reason));
        return;
      }
      const stop = () => {
        clearTimeout(timer);
        reject(ClewError.from(signal.reason));
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, waitMs);
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new ClewError(Status.CANCELLED, 'CLOSED', 'the client was closed')); // L8
    this.#release();
  }

  async #live(): Promise<void> {
    const { limits, listener, now, random } = this.#options;
    const startedMs = now();
    let hasStood = false;
    let attempt = 0;
    for (;;) {
      let error: ClewError;
      let isRefusal = true;
      const hadToken = this.#token !== undefined;
      try {
        const roundTripMs = hadToken ? await this.#resume() : await this.#signIn(!hasStood);
        isRefusal = false;
        const openedMs = now();
        error = await this.#stand(roundTripMs, () => {
          hasStood = true;
        });
        if (hasStood && now() - openedMs >= limits.stableMs) attempt = 0;
      } catch (thrown) {
        error = ClewError.from(thrown);
      }
      this.#closing.signal.throwIfAborted();
      if (FINAL_REASONS.has(error.reason)) throw error; // L2
      if (hadToken && isGone(error)) {
        this.#keep(undefined); // L5
      } else if (isRefusal && !PASSING.has(error.code)) {
        throw error;
      } else {
        this.#edges.next();
      }
      if (!hasStood && now() - startedMs >= limits.patienceMs) throw error;
      attempt += 1;
      listener.down(error, attempt);
      await this.pause(backoffMs(attempt, limits, random, error.retryMs)); // L3
    }
  }

  /** A stream, from opening to its loss. Resolves to why it was lost. */
  async #stand(roundTripMs: number, onUp: () => void): Promise<ClewError> {
    const { limits, listener, now } = this.#options;
    const token = this.#token;
    if (token === undefined) throw new ClewError(Status.UNAUTHENTICATED, 'TOKEN_UNKNOWN', 'no token');
    const { promise, resolve } = Promise.withResolvers<ClewError>();
    this.#lose = resolve;
    const silent = () => resolve(new ClewError(Status.UNAVAILABLE, 'SILENT', 'the stream fell silent'));
    const watchdog = new Watchdog(limits.openMs, now, silent); // L6
    const connection = this.#connect();
    const stop = () => resolve(ClewError.from(this.#closing.signal.reason));
    this.#closing.signal.addEventListener('abort', stop, { once: true });
    let silenceMs = limits.openMs;
    let signMs = now();
    try {
      this.#stream = connection.openStream(token, {
        closed: resolve,
        message: (message, bytes) => {
          watchdog.feed();
          const kind = message.event?.kind;
          if (kind?.$case === 'welcome') {
            silenceMs = millisecondsOf(kind.value.silenceMax, limits.openMs);
            watchdog.limit(silenceMs);
            onUp();
            listener.up(kind.value, roundTripMs);
          }
          if (now() - signMs >= silenceMs / SIGNS_PER_SILENCE) {
            signMs = now();
            this.#stream?.sayHere(); // L7
          }
          listener.message(message, bytes);
        },
      });
      return await promise;
    } finally {
      this.#closing.signal.removeEventListener('abort', stop);
      watchdog.close();
      this.#lose = undefined;
      this.#release(); // L1
    }
  }

  async #signIn(isFirst: boolean): Promise<number> {
    const { secret, displayName, takeOver, listener } = this.#options;
    const request = {
      secret,
      displayName,
      takeOver: takeOver && isFirst, // L5
      requestId: crypto.randomUUID(),
    };
    const { answer, tookMs } = await this.#ask((connection, signal) => connection.signIn(request, signal));
    this.#keep(answer.token);
    this.#learn(answer.edges);
    listener.player(answer.playerId);
    return tookMs;
  }

  async #resume(): Promise<number> {
    const token = this.#token ?? '';
    const request = { requestId: crypto.randomUUID() };
    const { answer, tookMs } = await this.#ask((connection, signal) => connection.resume(request, token, signal));
    this.#keep(answer.token);
    this.#learn(answer.edges);
    this.#options.listener.player(answer.playerId);
    return tookMs;
  }

  async #ask<Answer>(
    run: (connection: Connection, signal: AbortSignal) => Promise<Answer>,
  ): Promise<{ readonly answer: Answer; readonly tookMs: number }> {
    const { limits, now } = this.#options;
    const startedMs = now();
    const answer = await bounded(limits.callMs, (signal) => run(this.#connect(), signal), this.#closing.signal);
    this.#closing.signal.throwIfAborted();
    return { answer, tookMs: now() - startedMs };
  }

  #keep(token: string | undefined): void {
    this.#token = token;
    this.#options.listener.token(token); // L4
  }

  #learn(edges: readonly Edge[]): void {
    const addresses = edges.map((edge) => this.#options.transport.addressOf(edge));
    this.#edges.learn(addresses.filter((address) => address !== undefined));
  }

  #connect(): Connection {
    const address = this.#edges.current;
    if (this.#connection === undefined || this.#connectedTo !== address) {
      this.#release();
      this.#connection = this.#options.transport.connect(address, this.#options.trace);
      this.#connectedTo = address;
    }
    return this.#connection;
  }

  #release(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#connection?.close();
    this.#connection = undefined;
  }
}

/** The session that the token stood for is over. */
function isGone(error: ClewError): boolean {
  return error.code === Status.UNAUTHENTICATED || error.reason === 'TOKEN_UNKNOWN';
}
