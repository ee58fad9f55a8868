import { randomUUID } from 'node:crypto';
import type { Connection } from '@clew/client';

/** Bound of one call. */
const CALL_MS = 20_000;

/** The token of a player of the load, who was never here before. */
export async function signIn(connection: Connection, number: number): Promise<string> {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const who = { secret, displayName: `Load ${number}`, takeOver: false, requestId: randomUUID() };
  return (await connection.signIn(who, AbortSignal.timeout(CALL_MS))).token;
}

/** Asks for a match; events tell of it. */
export async function findMatch(connection: Connection, token: string): Promise<void> {
  await connection.findMatch({ requestId: randomUUID() }, token, AbortSignal.timeout(CALL_MS));
}
