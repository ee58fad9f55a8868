import { constants } from 'node:http2';
import { http2Stream } from '@clew/service-kit/reset-call';
import { invalidField, ServiceError } from '@clew/service-kit/service-error';
import type { ServerInterceptingCall, ServerInterceptingCallInterface, ServerInterceptor } from '@grpc/grpc-js';
import { Status } from 'nice-grpc-common';
import type { Refusals } from '../../refusals.ts';
import { messageMalformed, messageTooLarge } from '../message-refusals.ts';
import { detailsKey, grpcStatus } from './refusal.ts';

type PartialStatusObject = Parameters<ServerInterceptingCallInterface['sendStatus']>[0];

export interface InterceptorOptions {
  readonly refusals: Refusals;
  /** A call of one question must be asked by then. */
  readonly requestMs: number;
  /** How long a caller may go on sending after the answer, or leave it unread. */
  readonly lingerMs: number;
}

/**
 * What grpc-js leaves open. It adds google.rpc details to the refusals that grpc-js makes itself (too large, malformed, too
 * late); cuts calls whose question never comes, and callers that go on sending when the answer was given or do not read it
 * (M4). It returns the call it was given: no layer is added on the way of messages.
 */
export function interceptor({ refusals, requestMs, lingerMs }: InterceptorOptions): ServerInterceptor {
  return (method, call) => {
    const stream = http2Stream(call);
    const cut = () => stream?.close(constants.NGHTTP2_CANCEL);
    if (!method.requestStream && stream !== undefined) {
      const unasked = setTimeout(cut, requestMs);
      const asked = () => clearTimeout(unasked);
      stream.once('end', asked).once('close', asked);
    }
    const linger = () => {
      if (stream === undefined || stream.closed) return;
      const timer = setTimeout(cut, lingerMs);
      stream.once('close', () => clearTimeout(timer));
    };
    if (!method.responseStream) {
      // The status comes when the answer was taken: who does not read it has no status either.
      const sendMessage = call.sendMessage.bind(call);
      call.sendMessage = (message, taken) => {
        linger();
        sendMessage(message, taken);
      };
    }
    const sendStatus = call.sendStatus.bind(call);
    let answered = false;
    call.sendStatus = (status) => {
      if (answered) return;
      answered = true;
      sendStatus(explained(status, refusals));
      linger();
    };
    return call as ServerInterceptingCall; // any call will do: grpc-js asks for the interface only
  };
}

function explained(status: PartialStatusObject, refusals: Refusals): PartialStatusObject {
  const code = (status.code ?? Status.UNKNOWN) as number as Status;
  if (code === Status.OK || status.metadata?.get(detailsKey).length) return status;
  return grpcStatus(refusals.of(ownWords(code, status.details ?? '')));
}

/** The refusal that grpc-js meant, by the words of version 1.14. */
function ownWords(code: Status, details: string): ServiceError {
  if (code === Status.RESOURCE_EXHAUSTED && /larger than|size larger/.test(details)) return messageTooLarge();
  if (/deserializing request|decompress message/.test(details)) return messageMalformed('is not what the method takes');
  if (details.startsWith('Invalid grpc-timeout')) return invalidField('grpc-timeout', 'must be digits and a unit');
  return new ServiceError(code, Status[code] ?? 'UNKNOWN', details);
}
