import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import { Status } from 'nice-grpc-common';
import { bounded } from './bounded.ts';
import { ClewError } from './clew-error.ts';
import { type SocketClass, SocketStream, type SocketStreamOptions } from './socket-stream.ts';
import { Steering } from './steering.ts';
import type { Connection, PlayerStream, StreamListener, TraceHeader, Transport } from './transport.ts';
import type { WebDoor } from './web-door.ts';

/**
 * gRPC-web through an edge's web door: calls are HTTP requests, and the player's stream is a Play over WebSocket where one
 * can be had, else a Watch with Steers beside it.
 *
 * A Watch may reach its edge through a balancer that leads the next call elsewhere. What must reach that edge is then
 * refused there with WRONG_EDGE, and goes to the address that the stream's Welcome named: once that was needed, always.
 */
const STEER_MS_MAX = 1_000;
/** Less than a stream may take to stand. */
const SOCKET_OPEN_MS = 1_500;

type Steer = (inputs: readonly Input[], signal: AbortSignal) => Promise<unknown>;

/** Where one could not be had and a Watch could, it is tried again after so long: perhaps the edge was just starting. */
const SOCKET_AGAIN_MS = 60_000;

/** Whether streams go over WebSocket now. */
interface Sockets {
  readonly Socket: SocketClass;
  unusableUntilMs: number;
}

/** gRPC-web through doors of a kind; over WebSocket first where there is a class for it. */
export function webTransport(open: (address: string, trace?: TraceHeader) => WebDoor, Socket?: SocketClass): Transport {
  const sockets = Socket === undefined ? undefined : { Socket, unusableUntilMs: Number.NEGATIVE_INFINITY };
  return {
    name: sockets === undefined ? 'web' : 'ws',
    addressOf: (edge) => (edge.webUrl === '' ? undefined : edge.webUrl),
    connect: (address, trace) => new WebConnection((target) => open(target, trace), address, trace, sockets),
  };
}

class WebConnection implements Connection {
  readonly #open: (address: string) => WebDoor;
  /** Where the caller said. */
  readonly #door: WebDoor;
  /** Where the edge that holds the stream can be reached for sure. */
  #home: WebDoor;
  #welcomeAddress: string | undefined;
  readonly #trace: TraceHeader | undefined;
  readonly #sockets: Sockets | undefined;
  #stream: PlayerStream | undefined;

  constructor(
    open: (address: string) => WebDoor,
    address: string,
    trace: TraceHeader | undefined,
    sockets: Sockets | undefined,
  ) {
    this.#open = open;
    this.#trace = trace;
    this.#sockets = sockets;
    this.#door = open(address);
    this.#home = this.#door;
  }

  signIn: Connection['signIn'] = (request, signal) => this.#door.call('signIn', request, undefined, signal);

  resume: Connection['resume'] = (request, token, signal) => this.#door.call('resume', request, token, signal);

  leave: Connection['leave'] = (token, signal) => this.#door.call('leave', {}, token, signal);

  findMatch: Connection['findMatch'] = (request, token, signal) =>
    this.#atHome((home) => home.call('findMatch', request, token, signal));

  cancelMatch: Connection['cancelMatch'] = (token, signal) =>
    this.#atHome((home) => home.call('cancelMatch', {}, token, signal));

  openStream(token: string, given: StreamListener): PlayerStream {
    this.#stream?.close();
    const listener: StreamListener = {
      closed: (error) => given.closed(error),
      message: (message, bytes) => {
        const kind = message.event?.kind;
        if (kind?.$case === 'welcome') this.#welcomeAddress = kind.value.edge?.webUrl;
        given.message(message, bytes);
      },
    };
    this.#stream =
      this.#sockets !== undefined && performance.now() > this.#sockets.unusableUntilMs
        ? new SocketOrWatch(
            this.#sockets,
            { address: this.#door.address, token, trace: this.#trace, listener },
            (heard) => this.#watch(token, heard),
          )
        : this.#watch(token, listener);
    return this.#stream;
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#home.close();
    this.#door.close();
  }

  #watch(token: string, listener: StreamListener): PlayerStream {
    const steer: Steer = (inputs, signal) =>
      this.#atHome((home) => home.call('steer', { inputs: [...inputs] }, token, signal));
    return new WatchStream(this.#door, token, steer, listener);
  }

  async #atHome<Answer>(ask: (home: WebDoor) => Promise<Answer>): Promise<Answer> {
    try {
      return await ask(this.#home);
    } catch (thrown) {
      const address = this.#welcomeAddress;
      const isElsewhere = ClewError.from(thrown).reason === 'WRONG_EDGE';
      if (!isElsewhere || address === undefined || address === '') throw thrown;
      if (address !== this.#home.address) {
        if (this.#home !== this.#door) this.#home.close();
        this.#home = this.#open(address);
      }
      return ask(this.#home);
    }
  }
}

/** A stream over WebSocket, or by Watch when nothing leads there by WebSocket. */
class SocketOrWatch implements PlayerStream {
  #stream: PlayerStream;

  constructor(
    sockets: Sockets,
    terms: Pick<SocketStreamOptions, 'address' | 'token' | 'trace' | 'listener'>,
    watch: (listener: StreamListener) => PlayerStream,
  ) {
    const { listener } = terms;
    const unusable = () => {
      this.#stream = watch({
        closed: (error) => listener.closed(error),
        message: (message, bytes) => {
          // The edge is there, WebSockets are not let through.
          if (message.event?.kind?.$case === 'welcome') sockets.unusableUntilMs = performance.now() + SOCKET_AGAIN_MS;
          listener.message(message, bytes);
        },
      });
    };
    this.#stream = new SocketStream({ ...terms, Socket: sockets.Socket, openMs: SOCKET_OPEN_MS, unusable });
  }

  send(unacknowledged: readonly Input[]): void {
    this.#stream.send(unacknowledged);
  }

  sayHere(): void {
    this.#stream.sayHere();
  }

  close(): void {
    this.#stream.close();
  }
}

/** The Watch, read to its end, and the Steers beside it. */
class WatchStream implements PlayerStream {
  readonly #steering: Steering;
  readonly #closing = new AbortController();

  constructor(door: WebDoor, token: string, steer: Steer, listener: StreamListener) {
    this.#steering = new Steering({
      now: () => performance.now(),
      steer: (inputs) => bounded(STEER_MS_MAX, (signal) => steer(inputs, signal), this.#closing.signal),
    });
    void this.#read(door, token, listener);
  }

  send: PlayerStream['send'] = (unacknowledged) => {
    if (!this.#closing.signal.aborted) this.#steering.offer(unacknowledged);
  };

  sayHere(): void {
    if (!this.#closing.signal.aborted) this.#steering.sayHere();
  }

  close(): void {
    this.#closing.abort(new ClewError(Status.CANCELLED, 'CLOSED', 'the stream was closed'));
  }

  async #read(door: WebDoor, token: string, listener: StreamListener): Promise<void> {
    const { signal } = this.#closing;
    let error: ClewError;
    try {
      await door.watch(token, signal, (message, bytes) => {
        if (!signal.aborted) listener.message(message, bytes);
      });
      error = new ClewError(Status.UNAVAILABLE, 'STREAM_ENDED', 'the edge ended the stream');
    } catch (thrown) {
      error = ClewError.from(thrown);
    }
    if (signal.aborted) return;
    this.#closing.abort(error);
    listener.closed(error);
  }
}
