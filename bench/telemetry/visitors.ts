import { ClewClient } from '@clew/client';
import { grpcTransport } from '@clew/client/node';

/** Players at once. */
const AT_ONCE = 32;
const SEATED_MS_MAX = 60_000;

export interface Visit {
  /** Finds a match and sits in it for this long; without, it is sign-in and leave. */
  readonly playMs?: number;
}

/** Lets so many players come and leave politely; returns how many got what they came for. */
export async function visit(players: number, edge: string, { playMs }: Visit, stop: AbortSignal): Promise<number> {
  const transport = grpcTransport();
  let left = players;
  let served = 0;
  const worker = async () => {
    while (left > 0 && !stop.aborted) {
      left -= 1;
      using client = new ClewClient({ edge, transport });
      await client.signIn({ displayName: 'Visitor' });
      if (playMs === undefined || (await plays(client, playMs))) served += 1;
      await client.leave();
    }
  };
  await Promise.all(Array.from({ length: Math.min(players, AT_ONCE) }, worker));
  return served;
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
