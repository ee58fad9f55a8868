import { once } from 'node:events';
import {
  Metadata,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type StatusObject,
  type sendUnaryData,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { ControlCall } from './control-call.ts';
import type { GenericMethod, GenericService } from './grpc-definition.ts';
import type { ServiceError } from './service-error.ts';
import { encodeStatusDetails } from './status-details.ts';
import type { ServerCalls } from './telemetry/server-calls.ts';
import { within } from './telemetry/tracing.ts';

/**
 * Handlers in the shape of ts-proto's generic definitions (promises, async generators), served by bare grpc-js: half the
 * cost of nice-grpc's server, and no difference to handlers. Answers may leave fields out.
 *
 * H1 Whatever is thrown goes through one funnel and becomes a status with google.rpc details.
 * H2 A stream waits for its reader (M3), and its handler is let go when the reader is (M2), on every way out.
 */
export interface Handlers {
  // biome-ignore lint/suspicious/noExplicitAny: handlers of any service
  readonly [method: string]: (request: any, context: ControlCall) => any;
}

/** Told of what a handler threw; tells what the caller is answered. */
export type Funnel = (thrown: unknown, path: string) => ServiceError;

type Writable = ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>;

export function controlHandlers(
  service: GenericService,
  handlers: Handlers,
  funnel: Funnel,
  calls?: ServerCalls,
): UntypedServiceImplementation {
  const served: Record<string, UntypedHandleCall> = {};
  for (const [key, method] of Object.entries(service.methods)) {
    const handler = handlers[key];
    if (handler === undefined) throw new TypeError(`${service.fullName} has no handler for ${key}`);
    const path = `/${service.fullName}/${method.name}`;
    const refused = (thrown: unknown) => statusOf(funnel(thrown, path));
    served[key] = method.responseStream
      ? streaming(method, handler.bind(handlers), refused)
      : unary(method, observed(path.slice(1), handler.bind(handlers), calls), refused);
  }
  return served;
}

type Handler = Handlers[string];

/** Times calls of one question and one answer, and puts what they do into the caller's trace. */
function observed(method: string, handler: Handler, calls: ServerCalls | undefined): Handler {
  if (calls === undefined) return handler;
  calls.declare(method);
  return (request, context: ControlCall) => {
    // What is awaited in there stays in the trace; nothing that lives on is begun by such a call.
    return calls.serve(method, context.traceparent, (span) => within(span, async () => handler(request, context)));
  };
}

function unary({ responseType }: GenericMethod, handler: Handler, refused: (thrown: unknown) => StatusObject) {
  return (call: ServerUnaryCall<unknown, unknown>, answer: sendUnaryData<unknown>): void => {
    const context = new ControlCall(call);
    const refuse = (thrown: unknown) => {
      context.answered();
      // There is nobody left to tell, and nothing to count: the caller ended it.
      answer(call.cancelled ? cancelled : refused(thrown), null);
    };
    const respond = (response: unknown) => {
      context.answered();
      answer(null, responseType.fromPartial(response));
    };
    // A handler may throw before its first await.
    new Promise((resolve) => resolve(handler(call.request, context))).then(respond).catch(refuse); // H1
  };
}

function streaming(
  { requestStream, responseType }: GenericMethod,
  handler: Handler,
  refused: (thrown: unknown) => StatusObject,
) {
  return (call: Writable): void => {
    const context = new ControlCall(call);
    const { signal } = context;
    const run = async () => {
      const requests = requestStream
        ? (call as ServerDuplexStream<unknown, unknown>).iterator({ destroyOnReturn: false })
        : (call as ServerWritableStream<unknown, unknown>).request;
      for await (const response of handler(requests, context) as AsyncIterable<unknown>) {
        if (!call.write(responseType.fromPartial(response))) await once(call, 'drain', { signal }); // H2
        signal.throwIfAborted();
      }
    };
    run().then(
      () => {
        context.answered();
        call.end();
      },
      (thrown) => {
        if (!signal.aborted) call.emit('error', refused(thrown)); // H1
      },
    );
  };
}

const cancelled: StatusObject = { code: 1, details: 'the caller ended the call', metadata: new Metadata() };

function statusOf(error: ServiceError): StatusObject {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', encodeStatusDetails(error));
  return { code: error.status as number, details: error.message.toWellFormed(), metadata };
}
