import { setTimeout as pause } from 'node:timers/promises';
import { ClewClient, ClewError, type Transport } from '@clew/client';
import { grpcTransport } from '@clew/client/node';
import { findMatch, signIn } from '../load/joining.ts';

/** Players at once. */
const AT_ONCE = 32;
const SEATED_MS_MAX = 60_000;
const CALL_MS = 20_000;
/** Turns of one passer-by, where the edge says "later": on a busy machine a service is away for a moment. */
const TURNS_MAX = 20;

export interface Visit {
  readonly players: number;
  readonly edge: string;
  /** How long each sits in a match. */
  readonly playMs: number;
}

/**
 * Lets so many players come, sit in a match and leave politely, their joins traced; returns how many got a seat. Rejects when
 * it is to stop: half a visit is none.
 */
export async function visit({ players, edge, playMs }: Visit, stop: AbortSignal): Promise<number> {
  const transport = grpcTransport();
  let seated = 0;
  await inTurns(players, stop, async () => {
    using client = new ClewClient({ edge, transport });
    await client.signIn({ displayName: 'Visitor' });
    if (await plays(client, playMs)) seated += 1;
    await client.leave();
  });
  return seated;
}

/** Lets so many players come, ask for a match and leave before they get one: as little as a player can be. */
export async function passBy(players: number, edge: string, stop: AbortSignal): Promise<void> {
  const transport = grpcTransport();
  await inTurns(players, stop, async () => {
    for (let turn = 1; !(await looksIn(transport, edge, turn < TURNS_MAX)); turn += 1) stop.throwIfAborted();
  });
}

/** Lets so many players sign in and never come. */
export async function signInOnly(players: number, edge: string, stop: AbortSignal): Promise<void> {
  const connection = grpcTransport().connect(edge);
  try {
    await inTurns(players, stop, async () => void (await signIn(connection, 0)));
  } finally {
    connection.close();
  }
}

/** False after a pause, when it was asked to come later and may. */
async function looksIn(transport: Transport, edge: string, mayFail: boolean): Promise<boolean> {
  try {
    await lookIn(transport, edge);
    return true;
  } catch (thrown) {
    const { retryMs } = ClewError.from(thrown);
    if (!mayFail || retryMs === undefined) throw thrown;
    await pause(retryMs);
    return false;
  }
}

async function lookIn(transport: Transport, edge: string): Promise<void> {
  const connection = transport.connect(edge);
  try {
    const token = await signIn(connection, 0);
    const stands = Promise.withResolvers<void>();
    connection.openStream(token, {
      closed: stands.reject,
      message: ({ event }) => {
        if (event?.kind?.$case === 'idle') stands.resolve();
      },
    });
    await stands.promise;
    await findMatch(connection, token);
    await connection.leave(token, AbortSignal.timeout(CALL_MS));
  } finally {
    connection.close();
  }
}

/** Bounded in flight. */
async function inTurns(count: number, stop: AbortSignal, act: () => Promise<void>): Promise<void> {
  let left = count;
  const worker = async () => {
    for (; left > 0; ) {
      stop.throwIfAborted();
      left -= 1;
      await act();
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, AT_ONCE) }, worker));
  stop.throwIfAborted();
}

async function plays(client: ClewClient, playMs: number): Promise<boolean> {
  const seated = new Promise<boolean>((resolve) => {
    client.on('state', ({ kind }) => {
      if (kind === 'seated') resolve(true);
    });
    setTimeout(() => resolve(false), SEATED_MS_MAX).unref();
  });
  await client.findMatch();
  if (!(await seated)) return false;
  await new Promise((resolve) => setTimeout(resolve, playMs));
  return true;
}
