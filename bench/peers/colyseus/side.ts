/** Players of Colyseus, through its own SDK, as its netcode pages teach it. */
import { Client } from '@colyseus/sdk';
import type { LoadPlayer, LoadSide, OnUpdate } from '../../load/player.ts';

export function colyseusSide(address: string): LoadSide {
  return { open: (_number, onUpdate) => openPlayer(address, onUpdate) };
}

async function openPlayer(address: string, onUpdate: OnUpdate): Promise<LoadPlayer> {
  const client = new Client(address);
  const room = await client.joinOrCreate('maze');
  const seen = Promise.withResolvers<void>();
  room.onStateChange((state) => {
    const player = state.players.get(room.sessionId);
    if (player === undefined) return;
    seen.resolve();
    onUpdate(player.lastInput ?? 0);
  });
  room.onError((_code, message) => seen.reject(new Error(message)));
  await seen.promise;
  const hands = room.input();
  return {
    send: ({ sequence, forward, strafe, heading, buttons }) => {
      hands.data.sequence = sequence;
      hands.data.forward = forward;
      hands.data.strafe = strafe;
      hands.data.heading = heading;
      hands.data.buttons = buttons;
      hands.send();
    },
  };
}
