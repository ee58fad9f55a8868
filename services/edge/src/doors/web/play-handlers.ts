import type { IncomingMessage, ServerResponse } from 'node:http';
import { PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import type { ServiceError } from '@clew/service-kit/service-error';
import type { Caller } from '../../play-service.ts';
import { type DoorOptions, type UnaryMethod, unaryMethods } from '../door.ts';
import { deadlineExceeded, messageMalformed, methodUnknown } from '../message-refusals.ts';
import { readBody } from './body.ts';
import { bodyBytesMax, dataFrame, type Encoding, encoded, requestMessage, trailerFrame } from './frames.ts';
import { WebPlayerSink } from './player-sink.ts';
import { timeoutMs } from './timeout.ts';

const prefix = `/${PlayServiceDefinition.fullName}/`;
const contentType = /^application\/grpc-web(-text)?(?:\+proto)?(?:\s*;.*)?$/i;

/** How a call's bytes travel, by its content type; undefined when it is not gRPC-web. */
export function encodingOf(request: IncomingMessage): Encoding | undefined {
  const match = contentType.exec(request.headers['content-type'] ?? '');
  if (match === null) return undefined;
  return match[1] === undefined ? 'binary' : 'text';
}

/** Whether a path is one of PlayService's. */
export function isCall(path: string): boolean {
  return path.startsWith(prefix);
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
    const body = await readBody(request, bodyBytesMax(encoding));
    if (body === undefined) return;
    const message = requestMessage(body, encoding);
    if (method === 'watch') {
      decoded(PlayServiceDefinition.methods.watch, message);
      await watch(request, response, encoding, deadlineMs, options);
    } else {
      const answer = await inTime(unary(method, message, request, options), deadlineMs);
      conclude(response, encoded(Buffer.concat([dataFrame(answer), trailerFrame(undefined)]), encoding));
    }
  } catch (thrown) {
    refuse(response, encoding, options.refusals.of(thrown));
  }
}

async function unary(
  method: UnaryMethod,
  message: Buffer,
  request: IncomingMessage,
  { service }: DoorOptions,
): Promise<Uint8Array> {
  const { methods } = PlayServiceDefinition;
  const question = decoded(methods[method], message);
  // biome-ignore lint/suspicious/noExplicitAny: question and answer are of the same method
  const answer = await service[method](question as any, callerOf(request));
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return methods[method].responseType.encode(answer as any).finish();
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

function methodOf(path: string): UnaryMethod | 'watch' {
  const name = path.slice(prefix.length);
  if (!isCall(path)) throw methodUnknown('no such service here');
  const { methods } = PlayServiceDefinition;
  if (name === methods.watch.name) return 'watch';
  if (name === methods.play.name) throw methodUnknown('Play needs both directions: here, use Watch and Steer');
  const method = unaryMethods.find((key) => methods[key].name === name);
  if (method === undefined) throw methodUnknown('no such method');
  return method;
}

function decoded<Message>(method: { requestType: { decode(bytes: Uint8Array): Message } }, bytes: Buffer): Message {
  try {
    return method.requestType.decode(bytes);
  } catch {
    throw messageMalformed('is not what the method takes');
  }
}

/** An answer by the deadline, or DEADLINE_EXCEEDED; what comes later is dropped. */
async function inTime<Answer>(answer: Promise<Answer>, deadlineMs: number | undefined): Promise<Answer> {
  if (deadlineMs === undefined) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(deadlineExceeded()), deadlineMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function refuse(response: ServerResponse, encoding: Encoding, error: ServiceError): void {
  if (!response.req.complete) response.setHeader('connection', 'close');
  conclude(response, encoded(trailerFrame(error), encoding));
}

function conclude(response: ServerResponse, body: Buffer): void {
  response.setHeader('content-length', body.length);
  response.end(body);
}

function callerOf(request: IncomingMessage): Caller {
  return { authorization: request.headers.authorization, address: request.socket.remoteAddress ?? '' };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
