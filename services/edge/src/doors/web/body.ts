import type { IncomingMessage } from 'node:http';
import { messageTooLarge } from '../message-refusals.ts';

/** So much of a body that is too long is read and thrown away, so that the caller comes to read the answer. */
const surplusBytesMax = 1024 * 1024;

/**
 * Reads a request's body, keeping `bytesMax` at most. Throws RESOURCE_EXHAUSTED, reason MESSAGE_TOO_LARGE. Undefined when
 * the caller left before the end.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const settle = (act: () => void) => {
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      act();
    };
    const onData = (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= bytesMax) pieces.push(piece);
      else pieces.length = 0;
      if (bytes > bytesMax + surplusBytesMax) settle(() => reject(messageTooLarge()));
    };
    const onEnd = () => settle(() => (bytes > bytesMax ? reject(messageTooLarge()) : resolve(Buffer.concat(pieces))));
    const onGone = () => settle(() => resolve(undefined));
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}
