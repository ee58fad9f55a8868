import type { ServiceError } from '@clew/service-kit/service-error';
import { messageBytesMax } from '../door.ts';
import { messageMalformed, messageTooLarge, methodUnknown } from '../message-refusals.ts';
import { dataFrame, frameHeadBytes, metadataFrame, trailerFrame } from '../web/frames.ts';

/**
 * gRPC-web over WebSocket, as the subprotocol `grpc-websockets` has it: the client's first message is its metadata, as
 * lines; each further one begins with a byte that says whether a frame of gRPC-web follows (0) or the client has nothing
 * more to say (1). The server sends frames of gRPC-web as they are: headers first, trailers last.
 */
export const SUBPROTOCOL = 'grpc-websockets';

const dataByte = 0;
const halfCloseByte = 1;

/** Longest message that a client may send: its metadata, or a frame. */
export const clientMessageBytesMax = 1 + frameHeadBytes + messageBytesMax;

/** A whole WebSocket message of binary data, unmasked as servers send it: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
const finBinary = 0x82;

/** A message in its frame of gRPC-web, in its frame of WebSocket, in one piece. */
export function socketFrame(first: Uint8Array, second?: Uint8Array): Buffer {
  const messageBytes = first.byteLength + (second?.byteLength ?? 0);
  const payloadBytes = frameHeadBytes + messageBytes;
  const head = socketHeadBytes(payloadBytes);
  const frame = Buffer.allocUnsafe(head + payloadBytes);
  writeSocketHead(frame, payloadBytes);
  frame[head] = 0;
  frame.writeUInt32BE(messageBytes, head + 1);
  frame.set(first, head + frameHeadBytes);
  if (second !== undefined) frame.set(second, head + frameHeadBytes + first.byteLength);
  return frame;
}

/** Frames of gRPC-web in one frame of WebSocket. */
function inSocketFrame(frames: Buffer): Buffer {
  const head = socketHeadBytes(frames.length);
  const frame = Buffer.allocUnsafe(head + frames.length);
  writeSocketHead(frame, frames.length);
  frame.set(frames, head);
  return frame;
}

/** What every answer begins with. */
export const headers = inSocketFrame(metadataFrame(['content-type:application/grpc-web+proto']));

/** The end of an answer. */
export function socketTrailer(error: ServiceError | undefined): Buffer {
  return inSocketFrame(trailerFrame(error));
}

/** A whole answer, headers to trailers. */
export function socketAnswer(message: Uint8Array): Buffer {
  return Buffer.concat([headers, inSocketFrame(Buffer.concat([dataFrame(message), trailerFrame(undefined)]))]);
}

/** The metadata of a client's first message, keys in lower case. Throws INVALID_ARGUMENT. */
export function clientMetadata(bytes: Buffer): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const line of bytes.toString('latin1').split('\r\n')) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon <= 0) throw messageMalformed('must begin with metadata: lines of key, colon, value');
    metadata.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return metadata;
}

/** Where the message begins in one of a client's later ones. */
export const messageStart = 1 + frameHeadBytes;

/** Whether there is a message in one of a client's later ones; false when the client has nothing more to say. Throws as `requestMessage`. */
export function holdsMessage(bytes: Buffer): boolean {
  if (bytes.length === 1 && bytes[0] === halfCloseByte) return false;
  if (bytes[0] !== dataByte) throw messageMalformed('must begin with 0 (data follows) or be 1 (half-close)');
  if (bytes.length < messageStart) throw messageMalformed('is missing');
  const flags = bytes[1]!;
  if (flags === 1) throw methodUnknown('compressed messages are not taken');
  if (flags !== 0) throw messageMalformed('must be a data frame');
  const length = bytes.readUInt32BE(2);
  if (length > messageBytesMax) throw messageTooLarge();
  if (bytes.length !== messageStart + length) throw messageMalformed('must be one frame, as long as it says');
  return true;
}

function socketHeadBytes(payloadBytes: number): number {
  return payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10;
}

function writeSocketHead(frame: Buffer, payloadBytes: number): void {
  frame[0] = finBinary;
  if (payloadBytes < 126) {
    frame[1] = payloadBytes;
  } else if (payloadBytes < 65_536) {
    frame[1] = 126;
    frame.writeUInt16BE(payloadBytes, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(payloadBytes), 2);
  }
}
