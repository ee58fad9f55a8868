import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import type { Status } from 'nice-grpc-common';
import { Any, BadRequest, ErrorInfo, RetryInfo } from 'nice-grpc-error-details';

/** How a fake edge says no, with the details of google.rpc. */
export class Refusal extends Error {
  readonly code: Status;
  readonly details: Buffer;

  constructor(code: Status, reason: string, options: { retryMs?: number; field?: string } = {}) {
    super(`refused: ${reason}`);
    this.code = code;
    const writer = new BinaryWriter().uint32(8).int32(code).uint32(18).string(this.message);
    const pack = (type: string, value: Uint8Array) => {
      const any = Any.fromPartial({ typeUrl: `type.googleapis.com/${type}`, value: value as Buffer });
      writer.uint32(26).bytes(Any.encode(any).finish());
    };
    pack(ErrorInfo.$type, ErrorInfo.encode(ErrorInfo.fromPartial({ reason, domain: 'clew' })).finish());
    if (options.retryMs !== undefined) {
      const retryDelay = {
        seconds: Math.floor(options.retryMs / 1000),
        nanos: Math.round((options.retryMs % 1000) * 1e6),
      };
      pack(RetryInfo.$type, RetryInfo.encode(RetryInfo.fromPartial({ retryDelay })).finish());
    }
    if (options.field !== undefined) {
      const violation = { field: options.field, description: 'is wrong' };
      pack(BadRequest.$type, BadRequest.encode(BadRequest.fromPartial({ fieldViolations: [violation] })).finish());
    }
    this.details = Buffer.from(writer.finish());
  }
}

/** One call as it came. */
export interface Asked {
  readonly method: string;
  readonly request: unknown;
  readonly token: string;
}

/** A player's stream, from below. */
export interface FakeStream {
  readonly token: string;
  /** Of the trace that its opening belongs to; "" without one. */
  readonly traceparent: string;
  /** All inputs that came, over whatever way, in order of arrival. */
  readonly inputs: Input[];
  isOpen: boolean;
  write(message: Uint8Array): void;
  end(refusal: Refusal | undefined): void;
  /** Breaks it without a word. */
  cut(): void;
}

/** What doors need of the edge. */
export interface DoorHost {
  answer(method: string, request: unknown, token: string): Promise<unknown>;
  opened(stream: FakeStream): void;
  steered(inputs: readonly Input[], token: string): void;
}
