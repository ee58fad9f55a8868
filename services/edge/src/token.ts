import { hash, timingSafeEqual } from 'node:crypto';
import { ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';

/**
 * What proves a session: `s<shard>.<player id>.<base64url of 32 random bytes>`. Shard and player are there for whoever
 * looks for the record; only the random part proves anything, and only its hash is kept.
 */
export interface Token {
  readonly text: string;
  readonly playerId: string;
  /** SHA-256 of the random part. */
  readonly hash: Buffer;
}

const shape = /^s(\d{1,2})\.([0-9a-f]{32})\.([A-Za-z0-9_-]{43})$/;

/** Reads `authorization: Bearer <token>`. Throws UNAUTHENTICATED, reason TOKEN_MISSING or TOKEN_UNKNOWN. */
export function readToken(authorization: string | undefined): Token {
  if (authorization === undefined || authorization === '') throw refused('TOKEN_MISSING', 'is missing');
  const text = /^bearer +(\S+)$/i.exec(authorization)?.[1];
  const [, shard, playerId, random] = (text !== undefined && shape.exec(text)) || [];
  if (text === undefined || shard === undefined || playerId === undefined || random === undefined) {
    throw refused('TOKEN_UNKNOWN', 'must be Bearer and a token as SignIn or Resume gave it');
  }
  if (Number(shard) !== (Number.parseInt(playerId.slice(0, 2), 16) & 63)) {
    throw refused('TOKEN_UNKNOWN', 'must be Bearer and a token as SignIn or Resume gave it');
  }
  return { text, playerId, hash: hash('sha256', Buffer.from(random, 'base64url'), 'buffer') };
}

/** Whether both prove the same, without telling by time how much of it is right. */
export function sameToken(hash: Buffer, token: Token): boolean {
  return timingSafeEqual(hash, token.hash);
}

function refused(reason: string, description: string): ServiceError {
  return new ServiceError(Status.UNAUTHENTICATED, reason, `authorization ${description}`);
}
