/**
 * One player's way to an edge, as bare as the wire: how it ends is up to the caller, and that is the point. The SDK would
 * mend what is broken here on purpose.
 */
import type { PlayResponse, PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';

export const doors = ['grpc', 'web', 'web-text', 'web-socket'] as const;
/** gRPC; gRPC-web over fetch, in base64, over WebSocket. */
export type Door = (typeof doors)[number];

export type Method = keyof typeof PlayServiceDefinition.methods;

/** The edge refused, or went away. */
export class Refused extends Error {
  /** As gRPC counts them; 14 where the connection broke. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The player's stream. */
export interface OpenStream {
  /** Resolves at a message that `wanted` wants, now or later; rejects when the stream ends before. */
  until(wanted: (message: PlayResponse) => boolean): Promise<void>;
  /** How it ended; never rejects. */
  readonly ended: Promise<Refused | undefined>;
  /** Shows a sign of life. */
  sayHere(): void;
  /** Ends it by a cancel, as a client does that wants no more of it. */
  cancel(): void;
  /** Reads no more; the connection goes on answering what the protocol asks of it. */
  pause(): void;
}

/** What a line answers that was closed. */
export const closedLine = () => new Refused(14, 'the line is closed');

export interface Line {
  /** One question, one answer. Rejects with Refused. */
  call(method: Method, message: Uint8Array, token?: string): Promise<Uint8Array>;
  /** Resolves with the first message; rejects with Refused. */
  open(token: string): Promise<OpenStream>;
  /** Begins a call and resets the connection in the middle of it: of the question, or between question and answer. */
  breakOff(method: Method, message: Uint8Array, when: 'asking' | 'asked', token?: string): Promise<void>;
  /** TCP resets, of all sockets. */
  reset(): void;
  /** Says that nothing more is sent (FIN) and reads on; resolves when the edge closed its side, too. */
  halfClose(): Promise<void>;
  /** Closes politely, for good: whatever is asked for later is refused. */
  close(): void;
}
