import type { Transport } from '@clew/client';
import type { Known } from '@clew/maze';
import { applyFrame } from '../../packages/client/src/view-keeper.ts';
import { findMatch, signIn } from './joining.ts';
import type { LoadPlayer, LoadSide, OnUpdate } from './player.ts';

/** While the others come in nobody steers; whoever says nothing for some seconds is taken for gone. */
const SIGN_MS = 1_000;

/**
 * Players of Clew through a transport of its SDK: they keep the view up to date as the SDK does, and do not predict, for
 * the peers' players do not either.
 */
export function clewSide(transport: Transport, address: string): LoadSide {
  return { open: (number, onUpdate) => openPlayer(transport, address, number, onUpdate) };
}

async function openPlayer(
  transport: Transport,
  address: string,
  number: number,
  onUpdate: OnUpdate,
): Promise<LoadPlayer> {
  const connection = transport.connect(address);
  const token = await signIn(connection, number);
  const stands = Promise.withResolvers<void>();
  const sees = Promise.withResolvers<void>();
  let known: Known | undefined;
  let seat = -1;
  let tick = 0;
  let saidMs = performance.now();
  const fail = (error: Error) => {
    stands.reject(error);
    sees.reject(error);
    if (known !== undefined) throw error; // it played: a bench whose players fall out measures nothing
  };
  const stream = connection.openStream(token, {
    closed: fail,
    message: (message) => {
      const { event, header } = message;
      if (event?.kind?.$case === 'idle') stands.resolve();
      if (event?.kind?.$case === 'seated') seat = event.kind.value.seat;
      if (performance.now() - saidMs > SIGN_MS) {
        saidMs = performance.now();
        stream.sayHere();
      }
      if (header === undefined) return;
      const outcome = applyFrame(known, header, message);
      if (outcome.kind === 'gap') return;
      known = outcome.known;
      tick = header.tick;
      sees.resolve();
      onUpdate(known.view.avatars.find((avatar) => avatar.seat === seat)?.lastInput ?? 0);
    },
  });
  await stands.promise;
  await findMatch(connection, token);
  await sees.promise;
  return {
    // For the next tick: what comes too late for it counts for the one after.
    send: (input) => {
      saidMs = performance.now();
      stream.send([{ ...input, tick: tick + 1 }]);
    },
  };
}
