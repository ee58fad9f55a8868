import { PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import type { Caller, PlayService } from '../play-service.ts';
import { type Method, type UnaryMethod, unaryMethods } from './door.ts';
import { deadlineExceeded, messageMalformed, methodUnknown } from './message-refusals.ts';

/** What doors that are written by hand need of every call. */

const { fullName, methods } = PlayServiceDefinition;
const prefix = `/${fullName}/`;

/** Whether a path is one of PlayService's. */
export function isCall(path: string): boolean {
  return path.startsWith(prefix);
}

/** The method that a path names. Throws UNIMPLEMENTED. */
export function methodOf(path: string): Method {
  if (!isCall(path)) throw methodUnknown('no such service here');
  const name = path.slice(prefix.length);
  const method = ([...unaryMethods, 'watch', 'play'] as const).find((key) => methods[key].name === name);
  if (method === undefined) throw methodUnknown('no such method');
  return method;
}

/** Asks the service; both sides encoded. Throws INVALID_ARGUMENT naming `message`, and what the service throws. */
export async function answerTo(
  method: UnaryMethod,
  message: Buffer,
  caller: Caller,
  service: PlayService,
): Promise<Uint8Array> {
  const question = decoded(methods[method], message);
  // biome-ignore lint/suspicious/noExplicitAny: question and answer are of the same method
  const answer = await service[method](question as any, caller);
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return methods[method].responseType.encode(answer as any).finish();
}

/** A message of the method. Throws INVALID_ARGUMENT naming `message`. */
export function decoded<Message>(
  method: { requestType: { decode(bytes: Uint8Array): Message } },
  bytes: Buffer,
): Message {
  try {
    return method.requestType.decode(bytes);
  } catch {
    throw messageMalformed('is not what the method takes');
  }
}

/** An answer by the deadline, or DEADLINE_EXCEEDED; what comes later is dropped. */
export async function inTime<Answer>(answer: Promise<Answer>, deadlineMs: number | undefined): Promise<Answer> {
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
