import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import { Status } from 'nice-grpc-common';
import { bounded } from './bounded.ts';
import { ClewError } from './clew-error.ts';
import { Steering } from './steering.ts';
import type { Connection, PlayerStream, StreamListener, Transport } from './transport.ts';
import type { WebDoor } from './web-door.ts';

/**
 * gRPC-web over HTTP requests: the stream is a Watch, inputs are Steers. A Watch may reach its edge through a balancer that
 * leads the next call elsewhere. What must reach that edge is then refused there with WRONG_EDGE, and goes to the
 * address that the Watch's Welcome named: once that was needed, always.
 */
const STEER_MS_MAX = 1_000;

type Steer = (inputs: readonly Input[], signal: AbortSignal) => Promise<unknown>;

/** gRPC-web through doors of a kind. */
export function webTransport(open: (address: string) => WebDoor): Transport {
  return {
    name: 'web',
    addressOf: (edge) => (edge.webUrl === '' ? undefined : edge.webUrl),
    connect: (address) => new WebConnection(open, address),
  };
}

class WebConnection implements Connection {
  readonly #open: (address: string) => WebDoor;
  /** Where the caller said. */
  readonly #door: WebDoor;
  /** Where the edge that holds the stream can be reached for sure. */
  #home: WebDoor;
  #welcomeAddress: string | undefined;
  #stream: WatchStream | undefined;

  constructor(open: (address: string) => WebDoor, address: string) {
    this.#open = open;
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

  openStream(token: string, listener: StreamListener): PlayerStream {
    this.#stream?.close();
    const steer: Steer = (inputs, signal) =>
      this.#atHome((home) => home.call('steer', { inputs: [...inputs] }, token, signal));
    this.#stream = new WatchStream(this.#door, token, steer, {
      closed: (error) => listener.closed(error),
      message: (message, bytes) => {
        const kind = message.event?.kind;
        if (kind?.$case === 'welcome') this.#welcomeAddress = kind.value.edge?.webUrl;
        listener.message(message, bytes);
      },
    });
    return this.#stream;
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#home.close();
    this.#door.close();
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
