import { createHash, randomUUID } from 'node:crypto';
import { invalidField } from '@clew/service-kit/service-error';

const secretBytes = 32;
const nameCharactersMax = 24;

/** Controls, line and paragraph separators, and what turns the direction of writing around: a name is one visible line. */
const forbidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;
const visible = /[^\s\p{Cf}\p{M}]/u;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A guest's public id is the hash of the secret: 32 hexadecimal digits. Throws INVALID_ARGUMENT naming `secret`. */
export function playerIdOf(secret: Uint8Array): string {
  if (secret.length !== secretBytes) throw invalidField('secret', `must be ${secretBytes} bytes`);
  return createHash('sha256').update(secret).digest('hex').slice(0, 32);
}

/** The name without space around it. Throws INVALID_ARGUMENT naming `display_name`. */
export function checkedDisplayName(name: string): string {
  if (forbidden.test(name)) throw invalidField('display_name', 'must have no control characters');
  const trimmed = name.trim();
  if (!visible.test(trimmed)) throw invalidField('display_name', 'must not be empty');
  if ([...trimmed].length > nameCharactersMax) {
    throw invalidField('display_name', `must have at most ${nameCharactersMax} characters`);
  }
  return trimmed;
}

/** The id that makes a repeated request harmless; a new one where the caller does not care. */
export function checkedRequestId(requestId: string): string {
  if (requestId === '') return randomUUID();
  if (!uuid.test(requestId)) throw invalidField('request_id', 'must be a UUID');
  return requestId.toLowerCase();
}
