import type { Socket } from 'node:net';
import { PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import { exhausted, type ServiceError } from '@clew/service-kit/service-error';
import type { WebSocket } from 'ws';
import type { Caller } from '../../play-service.ts';
import type { PlayerStream } from '../../player-stream.ts';
import type { DoorOptions, Method, UnaryMethod } from '../door.ts';
import { deadlineExceeded, messageMalformed } from '../message-refusals.ts';
import { playedInputs } from '../played-inputs.ts';
import { answerTo, decoded, inTime } from '../unary.ts';
import { timeoutMs } from '../web/timeout.ts';
import { clientMetadata, headers, holdsMessage, messageStart, socketAnswer, socketTrailer } from './frames.ts';
import { WebSocketPlayerSink } from './player-sink.ts';
import { UsualMessages } from './usual-messages.ts';

/**
 * One call, which is one WebSocket: metadata, then messages, each way.
 *
 *     metadata ─► question ─► answering ─► over        (calls of one question; Watch)
 *        └──────► opening ──► streaming ─► over        (Play)
 *
 * C1 Whoever has not said by `requestMs` what he wants, is cut.
 * C2 Nothing is read ahead: what comes while a stream opens is kept up to `earlyMax` messages.
 * C3 After the answer nothing is taken any more, and whoever does not close by `lingerMs` is cut.
 */
type Life =
  | { readonly phase: 'metadata' }
  | { readonly phase: 'question' }
  | { readonly phase: 'answering' }
  /** M3: at most `earlyMax`. */
  | { readonly phase: 'opening'; readonly early: Buffer[] }
  | { readonly phase: 'streaming'; readonly stream: PlayerStream }
  | { readonly phase: 'over' };

export interface WebSocketCallOptions extends DoorOptions {
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  readonly method: Method;
}

const earlyMax = 32;
const closedNormally = 1000;

export class WebSocketCall {
  readonly #options: WebSocketCallOptions;
  readonly #unasked: NodeJS.Timeout;
  /** M3: what one message of bounded size can say. */
  #metadata: ReadonlyMap<string, string> = new Map();
  #life: Life = { phase: 'metadata' };
  #linger: NodeJS.Timeout | undefined;

  constructor(options: WebSocketCallOptions) {
    this.#options = options;
    const { webSocket, socket, requestMs } = options;
    this.#unasked = setTimeout(() => socket.resetAndDestroy(), requestMs); // C1
    webSocket.on('message', (bytes: Buffer, isBinary: boolean) => this.#take(bytes, isBinary));
    new UsualMessages(webSocket, socket, (bytes) => this.#take(bytes, true));
    webSocket.on('error', () => {}); // `close` follows
    socket.once('close', () => this.#free());
  }

  /** Ends it from this side, at once. */
  cut(): void {
    this.#options.socket.resetAndDestroy();
  }

  #take(bytes: Buffer, isBinary: boolean): void {
    try {
      if (!isBinary) throw messageMalformed('must be binary');
      this.#route(bytes);
    } catch (thrown) {
      this.#refuse(this.#options.refusals.of(thrown));
    }
  }

  #route(bytes: Buffer): void {
    const life = this.#life;
    switch (life.phase) {
      case 'metadata':
        this.#metadata = clientMetadata(bytes);
        if (this.#options.method === 'play') void this.#play();
        else this.#life = { phase: 'question' };
        break;
      case 'question':
        this.#ask(this.#options.method as UnaryMethod | 'watch', bytes);
        break;
      case 'opening':
        if (life.early.length >= earlyMax)
          throw exhausted('INPUT_RATE', 'too many messages before the stream stands', 1_000);
        life.early.push(bytes); // C2
        break;
      case 'streaming':
        steer(life.stream, bytes);
    }
  }

  #ask(method: UnaryMethod | 'watch', bytes: Buffer): void {
    if (!holdsMessage(bytes)) throw messageMalformed('is missing');
    const message = bytes.subarray(messageStart);
    clearTimeout(this.#unasked);
    this.#life = { phase: 'answering' };
    if (method === 'watch') {
      decoded(PlayServiceDefinition.methods.watch, message);
      void this.#open();
    } else void this.#answer(method, message);
  }

  async #answer(method: UnaryMethod, message: Buffer): Promise<void> {
    try {
      const deadlineMs = timeoutMs(this.#metadata.get('grpc-timeout'));
      const answer = await inTime(answerTo(method, message, this.#caller, this.#options.service), deadlineMs);
      if (this.#life.phase !== 'over') this.#conclude(socketAnswer(answer));
    } catch (thrown) {
      this.#refuse(this.#options.refusals.of(thrown));
    }
  }

  async #play(): Promise<void> {
    clearTimeout(this.#unasked);
    const early: Buffer[] = [];
    this.#life = { phase: 'opening', early };
    const stream = await this.#open();
    if (stream === undefined || this.#life.phase !== 'opening') return;
    this.#life = { phase: 'streaming', stream };
    for (const bytes of early) this.#take(bytes, true);
  }

  /** Opens the player's stream; undefined when it was refused, and the player was told. */
  async #open(): Promise<PlayerStream | undefined> {
    const { webSocket, socket, service, refusals, sinks } = this.#options;
    let sink: WebSocketPlayerSink;
    let deadlineMs: number | undefined;
    try {
      deadlineMs = timeoutMs(this.#metadata.get('grpc-timeout'));
      sink = new WebSocketPlayerSink(webSocket, socket, sinks);
    } catch (thrown) {
      this.#refuse(refusals.of(thrown));
      return undefined;
    }
    try {
      const stream = await service.open(this.#caller, sink);
      if (deadlineMs !== undefined) this.#endIn(deadlineMs, stream);
      return stream;
    } catch (thrown) {
      this.#life = { phase: 'over' };
      sink.end(refusals.of(thrown));
      return undefined;
    }
  }

  #endIn(deadlineMs: number, stream: PlayerStream): void {
    const error = () => this.#options.refusals.of(deadlineExceeded());
    const timer = setTimeout(() => stream.end({ kind: 'refused', error: error() }), deadlineMs);
    this.#options.socket.once('close', () => clearTimeout(timer));
  }

  #refuse(error: ServiceError): void {
    const life = this.#life;
    if (life.phase === 'streaming') life.stream.end({ kind: 'refused', error });
    else if (life.phase !== 'over') this.#conclude(Buffer.concat([headers, socketTrailer(error)]));
  }

  /** The last words (C3). */
  #conclude(bytes: Buffer): void {
    const { webSocket, socket, sinks } = this.#options;
    this.#life = { phase: 'over' };
    clearTimeout(this.#unasked);
    if (socket.destroyed) return;
    this.#linger = setTimeout(() => socket.resetAndDestroy(), sinks.lingerMs);
    socket.write(bytes);
    webSocket.close(closedNormally);
  }

  #free(): void {
    this.#life = { phase: 'over' };
    clearTimeout(this.#unasked);
    clearTimeout(this.#linger);
  }

  get #caller(): Caller {
    const address = this.#options.socket.remoteAddress ?? '';
    const [authorization, traceparent] = ['authorization', 'traceparent'].map((name) => this.#metadata.get(name));
    return { authorization, traceparent, address };
  }
}

/** One message up a Play. */
function steer(stream: PlayerStream, bytes: Buffer): void {
  if (stream.ended) return;
  if (holdsMessage(bytes)) stream.steer(playedInputs(bytes, messageStart));
  else stream.end({ kind: 'closed' });
}
