import { type Event, PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';

/** A message that carries one event, encoded once for any door. */
export function encodeEvent(kind: NonNullable<Event['kind']>): Buffer {
  const bytes = PlayResponse.encode(PlayResponse.fromPartial({ event: { kind } })).finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export const heartbeat = encodeEvent({ $case: 'heartbeat', value: {} });
export const idle = encodeEvent({ $case: 'idle', value: {} });
