import type { CallContext, Metadata } from 'nice-grpc-common';
import { checkedTraceparent, type TraceParent } from './telemetry/tracing.ts';

/** What calls of all kinds have. */
interface Call {
  readonly metadata: { get(name: string): readonly unknown[] };
  readonly cancelled: boolean;
  getPeer(): string;
  once(event: 'cancelled', listener: () => void): unknown;
}

/**
 * What a handler may know of its call: whether the caller still waits. One is made with each call, and most handlers want
 * the request alone, so the signal is made when it is asked for. Control calls carry no metadata of ours, either way, but the trace they belong to.
 */
export class ControlCall implements CallContext {
  readonly #call: Call;
  #caller: AbortController | undefined;
  #isAnswered = false;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Aborted when the caller is gone, or wants the answer no more. */
  get signal(): AbortSignal {
    this.#caller ??= this.#follow(new AbortController());
    return this.#caller.signal;
  }

  get isCancelled(): boolean {
    return this.#call.cancelled;
  }

  /** From now on the caller's end is no concern of the handler: grpc-js says "cancelled" after each call. */
  answered(): void {
    this.#isAnswered = true;
  }

  get peer(): string {
    return this.#call.getPeer();
  }

  /** What the caller's trace is, if it follows one; "" else. */
  get traceparent(): TraceParent {
    return checkedTraceparent(this.#call.metadata.get('traceparent')[0]);
  }

  get metadata(): Metadata {
    return notCarried();
  }

  get header(): Metadata {
    return notCarried();
  }

  get trailer(): Metadata {
    return notCarried();
  }

  sendHeader(): void {
    notCarried();
  }

  #follow(caller: AbortController): AbortController {
    if (this.#call.cancelled) caller.abort();
    else
      this.#call.once('cancelled', () => {
        if (!this.#isAnswered) caller.abort();
      });
    return caller;
  }
}

function notCarried(): never {
  throw new Error('control calls carry no metadata');
}
