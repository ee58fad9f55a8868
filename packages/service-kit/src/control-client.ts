import { isIP } from 'node:net';
import {
  type CallOptions,
  type Channel,
  ClientError,
  type ClientMiddlewareCall,
  createChannel,
  createClientFactory,
  Metadata,
  Status,
} from 'nice-grpc';
import { deadlineMiddleware } from 'nice-grpc-client-middleware-deadline';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { isTraced, openSpan } from './telemetry/tracing.ts';

const balancing = {
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      name: [{}],
      retryPolicy: {
        maxAttempts: 3,
        initialBackoff: '0.02s',
        maxBackoff: '0.2s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
};

/**
 * A channel to all instances of a stateless service, for unary calls: the next instance answers when one is gone. One
 * per target for the life of the process.
 */
export function callChannel(addresses: readonly string[]): Channel {
  return createChannel(target(addresses), undefined, {
    ...common,
    'grpc.service_config': JSON.stringify(balancing),
  });
}

/** A channel for streams that live long: nothing is buffered for retries, the caller opens a new one. */
export function streamChannel(addresses: readonly string[]): Channel {
  return createChannel(target(addresses), undefined, {
    ...common,
    'grpc.enable_retries': 0,
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: balancing.loadBalancingConfig }),
  });
}

/** Clients with deadlines (`deadline` in call options) and google.rpc details (RichClientError). */
export const controlClients = createClientFactory()
  .use(deadlineMiddleware)
  .use(errorDetailsClientMiddleware)
  .use(traced);

/** A call of one question and one answer that belongs to a trace gets a span, and takes the trace along. */
async function* traced<Request, Response>(call: ClientMiddlewareCall<Request, Response>, options: CallOptions) {
  if (!isTraced() || call.requestStream || call.responseStream) return yield* call.next(call.request, options);
  const method = call.method.path.slice(1);
  const attributes = { 'rpc.system.name': 'grpc', 'rpc.method': method };
  const span = openSpan(method, { kind: 'CLIENT', attributes });
  const metadata = Metadata(options.metadata).set('traceparent', span?.traceparent ?? '');
  try {
    const answer = yield* call.next(call.request, { ...options, metadata });
    span?.end();
    return answer;
  } catch (thrown) {
    span?.end(thrown instanceof ClientError ? Status[thrown.code] : 'UNKNOWN');
    throw thrown;
  }
}

const common = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  // Despite its name: how long one attempt to connect may take. A peer that accepts and says nothing must not hang a
  // channel, a machine under load must not be taken for one.
  'grpc.min_reconnect_backoff_ms': 5_000,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.max_receive_message_length': 1024 * 1024,
};

/** IP literals are listed; a name is resolved by DNS, which may answer with many addresses. */
function target(addresses: readonly string[]): string {
  const [first, ...rest] = addresses;
  if (first === undefined) throw new RangeError('no address');
  const literal = isIP(first.slice(0, first.lastIndexOf(':'))) === 4;
  if (!literal && rest.length > 0) throw new RangeError('several addresses must be IPv4 literals; for names use one');
  return literal ? `ipv4:${addresses.join(',')}` : `dns:///${first}`;
}
