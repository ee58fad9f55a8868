import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { SHARDS } from './keys.ts';

/**
 * Where a watcher stands: the id of the last event it saw, in each shard's stream. As text: base64url of a version, the
 * newest time, and per shard how much older (varints; 0 for a shard without events), then the sequence. About 400 bytes.
 */
export interface StreamId {
  readonly ms: number;
  readonly sequence: number;
}

/** One id per shard. */
export type Positions = readonly StreamId[];

export const NEVER: StreamId = { ms: 0, sequence: 0 };

const VERSION = 1;

export function parseStreamId(text: string): StreamId {
  const [ms, sequence] = text.split('-');
  return { ms: Number(ms), sequence: Number(sequence) };
}

export const formatStreamId = ({ ms, sequence }: StreamId) => `${ms}-${sequence}`;

/** Whether `left` came after `right`. */
export function isLater(left: StreamId, right: StreamId): boolean {
  return left.ms !== right.ms ? left.ms > right.ms : left.sequence > right.sequence;
}

export function encodeCursor(positions: Positions): string {
  const newest = Math.max(...positions.map(({ ms }) => ms));
  const writer = new BinaryWriter().uint32(VERSION).uint64(newest);
  for (const { ms, sequence } of positions) {
    if (ms === 0 && sequence === 0) writer.uint32(0);
    else writer.uint64(newest - ms + 1).uint64(sequence);
  }
  return Buffer.from(writer.finish()).toString('base64url');
}

/** Undefined for what is no cursor of ours. */
export function decodeCursor(text: string): Positions | undefined {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) return undefined;
  try {
    const reader = new BinaryReader(bytes);
    const number = () => {
      const value = Number(reader.uint64());
      if (!Number.isSafeInteger(value)) throw new RangeError('no such time');
      return value;
    };
    if (reader.uint32() !== VERSION) return undefined;
    const newest = number();
    const positions: StreamId[] = [];
    while (positions.length < SHARDS) {
      const age = number();
      if (age > newest + 1) return undefined;
      positions.push(age === 0 ? NEVER : { ms: newest - age + 1, sequence: number() });
    }
    return reader.pos === reader.len ? positions : undefined;
  } catch {
    return undefined;
  }
}
