import { WebSocket } from 'ws';
import type { LoadPlayer, LoadSide, OnUpdate } from './player.ts';

/**
 * Players of the floor: a bare socket each. What they send has the size of Clew's inputs; the server says in each update
 * which of their inputs it saw last, in the first four bytes.
 */
export function floorSide(url: string, inputBytes: number): LoadSide {
  return { open: (_number, onUpdate) => openPlayer(url, inputBytes, onUpdate) };
}

function openPlayer(url: string, inputBytes: number, onUpdate: OnUpdate): Promise<LoadPlayer> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const message = Buffer.alloc(inputBytes);
    const player: LoadPlayer = {
      send: ({ sequence }) => {
        message.writeUInt32LE(sequence, 0);
        socket.send(message);
      },
    };
    socket.on('open', () => resolve(player));
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => onUpdate(data.readUInt32LE(0)));
  });
}
