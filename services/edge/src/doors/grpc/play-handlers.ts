import type { PlayRequest, WatchRequest } from '@clew/protocol/clew/play/v1/play.ts';
import type {
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Caller } from '../../play-service.ts';
import type { PlayerStream } from '../../player-stream.ts';
import { type DoorOptions, type UnaryMethod, unaryMethods } from '../door.ts';
import { GrpcPlayerSink, type StreamCall } from './player-sink.ts';
import { grpcStatus } from './refusal.ts';

/** PlayService as grpc-js calls it; `play` and `watch` send messages that are encoded already. */
export function playHandlers(options: DoorOptions): UntypedServiceImplementation {
  const unary = unaryMethods.map((method) => [method, unaryHandler(method, options)] as const);
  return {
    ...Object.fromEntries(unary),
    play: (call: ServerDuplexStream<PlayRequest, Buffer>) => void play(call, options),
    watch: (call: ServerWritableStream<WatchRequest, Buffer>) => void openStream(call, options),
  };
}

function unaryHandler(method: UnaryMethod, { service, refusals }: DoorOptions) {
  // biome-ignore lint/suspicious/noExplicitAny: request and answer are of the same method
  return (call: ServerUnaryCall<any, any>, answer: sendUnaryData<any>) => {
    service[method](call.request, callerOf(call)).then(
      (response) => answer(null, response),
      (thrown) => answer(grpcStatus(refusals.of(thrown))),
    );
  };
}

async function play(call: ServerDuplexStream<PlayRequest, Buffer>, options: DoorOptions): Promise<void> {
  const stream = await openStream(call, options);
  if (stream === undefined) return;
  call.on('data', (request: PlayRequest) => {
    if (stream.ended) return;
    try {
      stream.steer(request.inputs);
    } catch (thrown) {
      stream.end({ kind: 'refused', error: options.refusals.of(thrown) });
    }
  });
  call.on('end', () => stream.end({ kind: 'closed' }));
}

/** Undefined when it was refused; the player was told then. */
async function openStream(
  call: StreamCall,
  { service, refusals, sinks }: DoorOptions,
): Promise<PlayerStream | undefined> {
  let sink: GrpcPlayerSink;
  try {
    sink = new GrpcPlayerSink(call, sinks);
  } catch (thrown) {
    call.emit('error', grpcStatus(refusals.of(thrown)));
    return undefined;
  }
  try {
    return await service.open(callerOf(call), sink);
  } catch (thrown) {
    sink.end(refusals.of(thrown));
    return undefined;
  }
}

function callerOf(call: { metadata: ServerUnaryCall<unknown, unknown>['metadata']; getPeer(): string }): Caller {
  const peer = call.getPeer();
  return {
    authorization: call.metadata.get('authorization')[0]?.toString(),
    traceparent: call.metadata.get('traceparent')[0]?.toString(),
    address: peer.slice(0, peer.lastIndexOf(':')),
  };
}
