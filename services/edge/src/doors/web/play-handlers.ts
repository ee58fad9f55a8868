import type { IncomingMessage, ServerResponse } from 'node:http';
import { PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import type { ServiceError } from '@clew/service-kit/service-error';
import type { Caller } from '../../play-service.ts';
import type { SinkOptions } from '../../player-sink.ts';
import type { DoorOptions } from '../door.ts';
import { deadlineExceeded, methodUnknown } from '../message-refusals.ts';
import { answerTo, decoded, inTime, methodOf } from '../unary.ts';
import { readBody } from './body.ts';
import { bodyBytesMax, dataFrame, type Encoding, encoded, requestMessage, trailerFrame } from './frames.ts';
import { WebPlayerSink } from './player-sink.ts';
import { timeoutMs } from './timeout.ts';

const contentType = /^application\/grpc-web(-text)?(?:\+proto)?(?:\s*;.*)?$/i;

/** How a call's bytes travel, by its content type; undefined when it is not gRPC-web. */
export function encodingOf(request: IncomingMessage): Encoding | undefined {
  const match = contentType.exec(request.headers['content-type'] ?? '');
  if (match === null) return undefined;
  return match[1] === undefined ? 'binary' : 'text';
}

/** Serves one gRPC-web call. Never rejects: whatever goes wrong is told as a status, if there is anybody to tell. */
export async function serveCall(
  path: string,
  encoding: Encoding,
  request: IncomingMessage,
  response: ServerResponse,
  options: DoorOptions,
): Promise<void> {
  response.on('error', () => {}); // the caller is gone: nobody to tell
  response.setHeader(
    'content-type',
    encoding === 'binary' ? 'application/grpc-web+proto' : 'application/grpc-web-text+proto',
  );
  response.setHeader('cache-control', 'no-store');
  try {
    const deadlineMs = timeoutMs(header(request, 'grpc-timeout'));
    const method = methodOf(path);
    if (method === 'play')
      throw methodUnknown('Play needs both directions: call it over WebSocket, or use Watch and Steer');
    const body = await readBody(request, bodyBytesMax(encoding));
    if (body === undefined) return;
    const message = requestMessage(body, encoding);
    if (method === 'watch') {
      decoded(PlayServiceDefinition.methods.watch, message);
      await watch(request, response, encoding, deadlineMs, options);
    } else {
      const answer = await inTime(answerTo(method, message, callerOf(request), options.service), deadlineMs);
      conclude(response, encoded(Buffer.concat([dataFrame(answer), trailerFrame(undefined)]), encoding), options.sinks);
    }
  } catch (thrown) {
    refuse(response, encoding, options.refusals.of(thrown), options.sinks);
  }
}

async function watch(
  request: IncomingMessage,
  response: ServerResponse,
  encoding: Encoding,
  deadlineMs: number | undefined,
  { service, refusals, sinks }: DoorOptions,
): Promise<void> {
  response.setHeader('x-accel-buffering', 'no');
  const sink = new WebPlayerSink(response, encoding, sinks);
  try {
    const stream = await service.open(callerOf(request), sink);
    if (deadlineMs === undefined) return;
    const end = () => stream.end({ kind: 'refused', error: refusals.of(deadlineExceeded()) });
    const timer = setTimeout(end, deadlineMs);
    response.once('close', () => clearTimeout(timer));
  } catch (thrown) {
    sink.end(refusals.of(thrown));
  }
}

function refuse(response: ServerResponse, encoding: Encoding, error: ServiceError, sinks: SinkOptions): void {
  if (!response.req.complete) response.setHeader('connection', 'close');
  conclude(response, encoded(trailerFrame(error), encoding), sinks);
}

/** The whole answer; who does not read it is cut by the sinks' bound of last words (M4). */
function conclude(response: ServerResponse, body: Buffer, { lingerMs }: SinkOptions): void {
  response.setTimeout(lingerMs, () => response.req.socket.resetAndDestroy());
  response.setHeader('content-length', body.length);
  response.end(body);
}

function callerOf(request: IncomingMessage): Caller {
  const { authorization } = request.headers;
  return { authorization, traceparent: header(request, 'traceparent'), address: request.socket.remoteAddress ?? '' };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
