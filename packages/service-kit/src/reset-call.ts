import type { ServerHttp2Stream } from 'node:http2';
import { constants } from 'node:http2';

/** What a grpc-js server hands to the handler of a stream. */
interface StreamCall {
  destroy(): unknown;
}

/**
 * Cuts one stream of a grpc-js server, at once and with all that waits in it (M4). Neither deadlines nor `end()` nor
 * `destroy()` do that for a peer that stopped reading: grpc-js leaves the HTTP/2 stream open, and it keeps every queued
 * message. The call then emits `cancelled` and `close` as if the peer had cancelled.
 */
export function resetStream(call: StreamCall): void {
  const stream = http2Stream(call);
  stream?.close(constants.NGHTTP2_CANCEL);
  stream?.destroy();
  call.destroy();
}

/**
 * Cuts the whole connection that a stream came by, with a TCP reset: for a peer whose socket takes nothing any more, not
 * even the end of a stream.
 */
export function resetConnection(call: StreamCall): void {
  const session = http2Stream(call)?.session;
  session?.socket.resetAndDestroy();
  session?.destroy();
  call.destroy();
}

/**
 * The HTTP/2 stream below a server's call, or below an interceptor's: its `close` says that nothing of the call is left.
 * grpc-js hides it below the call and, where there are interceptors, below those.
 */
export function http2Stream(call: object): ServerHttp2Stream | undefined {
  let layer: Layer | undefined = 'call' in call ? (call.call as Layer) : (call as Layer);
  while (layer?.nextCall !== undefined) layer = layer.nextCall;
  return layer?.stream;
}

interface Layer {
  readonly nextCall?: Layer;
  readonly stream?: ServerHttp2Stream;
}
