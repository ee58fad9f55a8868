import type { ServiceError } from '@clew/service-kit/service-error';
import { encodeStatusDetails } from '@clew/service-kit/status-details';
import { messageBytesMax } from '../door.ts';
import { messageMalformed, messageTooLarge, methodUnknown } from '../message-refusals.ts';

/**
 * The frames of gRPC-web: one byte of flags, the length in four bytes, big-endian, then as many bytes. Flag 0x80 marks the
 * last one, whose bytes are trailers. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
 */
export const frameHeadBytes = 5;
const compressedFlag = 0x01;
const trailerFlag = 0x80;

/** How the bytes travel: as they are, or as base64, padded at each flush. */
export type Encoding = 'binary' | 'text';

/** Longest body that can hold one message of the permitted size. */
export function bodyBytesMax(encoding: Encoding): number {
  const binary = frameHeadBytes + messageBytesMax;
  return encoding === 'binary' ? binary : 4 * Math.ceil(binary / 3);
}

/** A message, in one piece. */
export function dataFrame(first: Uint8Array, second?: Uint8Array): Buffer {
  const length = first.byteLength + (second?.byteLength ?? 0);
  const frame = Buffer.allocUnsafe(frameHeadBytes + length);
  frame[0] = 0;
  frame.writeUInt32BE(length, 1);
  frame.set(first, frameHeadBytes);
  if (second !== undefined) frame.set(second, frameHeadBytes + first.byteLength);
  return frame;
}

/** The end of an answer: OK, or the refusal with its google.rpc details. */
export function trailerFrame(error: ServiceError | undefined): Buffer {
  return metadataFrame(error === undefined ? ['grpc-status:0'] : refusalLines(error));
}

/** Lines of headers or trailers. */
export function metadataFrame(lines: readonly string[]): Buffer {
  const text = Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
  const frame = dataFrame(text);
  frame[0] = trailerFlag;
  return frame;
}

function refusalLines(error: ServiceError): string[] {
  return [
    `grpc-status:${error.status}`,
    `grpc-message:${encodeURI(error.message.toWellFormed())}`,
    `grpc-status-details-bin:${encodeStatusDetails(error).toString('base64')}`,
  ];
}

/** What goes to the socket for some frames that leave together. */
export function encoded(frames: Buffer, encoding: Encoding): Buffer {
  return encoding === 'binary' ? frames : Buffer.from(frames.toString('base64'), 'latin1');
}

/** The one message of a request. Throws INVALID_ARGUMENT naming `message`, RESOURCE_EXHAUSTED, UNIMPLEMENTED. */
export function requestMessage(body: Buffer, encoding: Encoding): Buffer {
  const bytes = encoding === 'binary' ? body : decodedText(body);
  if (bytes.length < frameHeadBytes) throw messageMalformed('is missing');
  const flags = bytes.readUInt8(0);
  const length = bytes.readUInt32BE(1);
  if (flags === compressedFlag) throw methodUnknown('compressed messages are not taken');
  if (flags !== 0) throw messageMalformed('must be a data frame');
  if (length > messageBytesMax) throw messageTooLarge();
  if (bytes.length < frameHeadBytes + length) throw messageMalformed('is shorter than it says');
  if (bytes.length > frameHeadBytes + length) throw messageMalformed('must be the only one');
  return bytes.subarray(frameHeadBytes);
}

const base64 = /^(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)*$/;

/** Base64 that may be padded in the middle: clients encode piece by piece. */
function decodedText(body: Buffer): Buffer {
  const text = body.toString('latin1');
  if (!base64.test(text)) throw messageMalformed('must be base64');
  const pieces = text.split(/(?<==)(?=[^=])/);
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64')));
}
