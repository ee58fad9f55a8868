import { createHash, hkdfSync } from 'node:crypto';
import { shardOf } from './keys.ts';

/**
 * Tokens: `s<shard>.<player id>.<32 random bytes, base64url>`. The first two parts let any instance find the session; the
 * last proves it. Redis keeps the SHA-256 of those bytes, never the bytes.
 *
 * A request that made a token may be repeated (its answer got lost) and must be answered the same. For that the random
 * bytes are kept a short while, sealed under the request's id: who made the request can have them again, who reads Redis
 * cannot, and they owe nothing to that id, which the player chose and might have chosen badly.
 */
export const TOKEN_BYTES = 32;

/** A token that was shown, as far as it can be understood without Redis. */
export interface ShownToken {
  readonly playerId: string;
  /** SHA-256 of the random part. */
  readonly hash: Buffer;
}

const form = /^s(\d|[1-5]\d|6[0-3])\.([0-9a-f]{32})\.([A-Za-z0-9_-]{43})$/;

/** The token of a player with these random bytes. */
export function token(playerId: string, random: Uint8Array): string {
  return `s${shardOf(playerId)}.${playerId}.${Buffer.from(random).toString('base64url')}`;
}

/** Takes a token apart; undefined when nobody can have made it. */
export function parseToken(text: string): ShownToken | undefined {
  const [, , playerId, encoded] = form.exec(text) ?? [];
  if (playerId === undefined || encoded === undefined) return undefined;
  const random = Buffer.from(encoded, 'base64url');
  return token(playerId, random) === text ? { playerId, hash: tokenHash(random) } : undefined;
}

/** What Redis keeps of a token. */
export function tokenHash(random: Uint8Array): Buffer {
  return createHash('sha256').update(random).digest();
}

/** Names a request without telling its id; empty for a request that has none. */
export function requestMark(requestId: string): Buffer {
  if (requestId === '') return Buffer.alloc(0);
  return createHash('sha256').update(requestId).digest().subarray(0, 16);
}

/** Seals the random bytes for a repeat of the request; also opens what was sealed. `hash` is the bytes' own hash. */
export function seal(bytes: Uint8Array, hash: Uint8Array, requestId: string): Buffer {
  const pad = new Uint8Array(hkdfSync('sha256', requestId, hash, 'clew session token', TOKEN_BYTES));
  return Buffer.from(bytes.map((byte, index) => byte ^ pad[index]!));
}
