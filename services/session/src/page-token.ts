import { createHash } from 'node:crypto';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { SHARDS } from './keys.ts';
import type { ListingPosition } from './session-listing.ts';
import type { SessionFilter } from './session-store.ts';

/**
 * Where a listing stands, as text: base64url of a version, a mark of the filter that it belongs to, the shard, cursor and
 * server of its scan (empty when the shard is scanned to its end), and the players that were found already.
 */
const VERSION = 1;
const PLAYER_BYTES = 16;
/** Far more than a scan finds beyond a page. */
const TOKEN_CHARACTERS_MAX = 65_536;

const cursorForm = /^\d{1,20}$/;
const serverForm = /^[0-9a-f]{0,40}$/;

export function encodePageToken({ shard, scan, found }: ListingPosition, filter: SessionFilter): string {
  const writer = new BinaryWriter().uint32(VERSION).bytes(filterMark(filter)).uint32(shard);
  writer.string(scan?.cursor ?? '').string(scan?.server ?? '');
  writer.bytes(Buffer.from(found.join(''), 'hex'));
  return Buffer.from(writer.finish()).toString('base64url');
}

/** Undefined for what is no token of ours, or belongs to another filter. */
export function decodePageToken(text: string, filter: SessionFilter): ListingPosition | undefined {
  if (text.length > TOKEN_CHARACTERS_MAX) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) return undefined;
  try {
    const reader = new BinaryReader(bytes);
    if (reader.uint32() !== VERSION || !filterMark(filter).equals(reader.bytes())) return undefined;
    const [shard, cursor, server, players] = [reader.uint32(), reader.string(), reader.string(), reader.bytes()];
    if (shard >= SHARDS || players.length % PLAYER_BYTES !== 0 || reader.pos !== reader.len) return undefined;
    if (cursor !== '' && !(cursorForm.test(cursor) && serverForm.test(server))) return undefined;
    const found = Buffer.from(players).toString('hex').match(/.{32}/g) ?? [];
    return { shard, scan: cursor === '' ? undefined : { cursor, server }, found };
  } catch {
    return undefined;
  }
}

function filterMark({ state, edgeId, ageMinMs, ageMaxMs }: SessionFilter): Buffer {
  const fields = JSON.stringify([state, edgeId, ageMinMs, ageMaxMs]);
  return createHash('sha256').update(fields).digest().subarray(0, 4);
}
