import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import type {
  CancelMatchResponse,
  Edge,
  FindMatchRequest,
  FindMatchResponse,
  LeaveResponse,
  PlayResponse,
  ResumeRequest,
  ResumeResponse,
  SignInRequest,
  SignInResponse,
} from '@clew/protocol/clew/play/v1/play.ts';
import type { ClewError } from './clew-error.ts';

/**
 * A way to speak clew.play.v1 with an edge: one per door. `socketTransport` speaks gRPC-web, over WebSocket with Play where
 * it can, `fetchTransport` over fetch alone with Watch and Steer, `grpcTransport` (@clew/client/node) gRPC with Play. The
 * client knows no more of a door than this.
 *
 * T1 Every failure is a ClewError, thrown by calls and told by `closed` of streams.
 * T2 `closed` is called exactly once per stream, unless `close` was called before: then never.
 * T3 After `close` of a connection nothing of it is left: no socket of its own, no timer, no listener.
 */
export interface Transport {
  /** For figures and logs: "ws", "web", "grpc". */
  readonly name: string;
  /** The address of an edge that this transport can use; undefined when the edge has no such door. */
  addressOf(edge: Edge): string | undefined;
  /** Prepares to speak with one edge; does not wait. `trace` gives each call its W3C traceparent, while there is one. */
  connect(address: string, trace?: TraceHeader): Connection;
}

export type TraceHeader = () => string | undefined;

/** Calls to one edge. Each is bounded by its signal. */
export interface Connection {
  signIn(request: SignInRequest, signal: AbortSignal): Promise<SignInResponse>;
  resume(request: ResumeRequest, token: string, signal: AbortSignal): Promise<ResumeResponse>;
  leave(token: string, signal: AbortSignal): Promise<LeaveResponse>;
  findMatch(request: FindMatchRequest, token: string, signal: AbortSignal): Promise<FindMatchResponse>;
  cancelMatch(token: string, signal: AbortSignal): Promise<CancelMatchResponse>;
  /** Opens the player's stream. */
  openStream(token: string, listener: StreamListener): PlayerStream;
  close(): void;
}

/** The player's stream. */
export interface PlayerStream {
  /**
   * Sends inputs: all that no frame has acknowledged, by ascending sequence, at most 32. Those with a sequence above
   * any that was passed before are new. A transport whose messages cannot be lost sends only these; fetch repeats all,
   * and when 3 calls are in flight does nothing: what is new then goes with the next `send`.
   */
  send(unacknowledged: readonly Input[]): void;
  /** A sign of life: whoever shows none for Welcome's `silence_max` is taken for gone. */
  sayHere(): void;
  /** Ends it without a word; `closed` is not called any more. */
  close(): void;
}

export interface StreamListener {
  /** A message, and how many bytes it was. */
  message(message: PlayResponse, bytes: number): void;
  /** The stream is over, and why. */
  closed(error: ClewError): void;
}
