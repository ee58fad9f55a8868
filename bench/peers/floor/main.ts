/**
 * The floor: a bare `ws` server that receives inputs and sends updates of the size it is told, and does nothing else. What
 * any server on Node and `ws` must pay. `floor-server.ts PORT UPDATE_BYTES ROOM`; rooms tick in five phases, as Clew's
 * matches do, and the players of a room get the same bytes but for the four that tell of their last input.
 */
import { type WebSocket, WebSocketServer } from 'ws';

const [port = '', updateBytes = '', room = ''] = process.argv.slice(2);
const PHASES = 5;
const PHASE_MS = 10;

interface Player {
  readonly socket: WebSocket;
  lastInput: number;
}

const rooms: Player[][] = [];
const server = new WebSocketServer({ port: Number(port), host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  const player: Player = { socket, lastInput: 0 };
  let seats = rooms.at(-1);
  if (seats === undefined || seats.length >= Number(room)) {
    seats = [];
    rooms.push(seats);
  }
  seats.push(player);
  socket.on('message', (message: Buffer) => {
    player.lastInput = message.readUInt32LE(0);
  });
});

const originMs = performance.now();
let phase = 0;
function tick(): void {
  const due = Math.floor((performance.now() - originMs) / PHASE_MS);
  for (; phase < due; phase++) {
    for (let at = phase % PHASES; at < rooms.length; at += PHASES) {
      for (const { socket, lastInput } of rooms[at]!) {
        const update = Buffer.allocUnsafe(Number(updateBytes));
        update.writeUInt32LE(lastInput, 0);
        socket.send(update);
      }
    }
  }
  setTimeout(tick, Math.max(0, Math.ceil(originMs + (phase + 1) * PHASE_MS - performance.now())));
}
tick();
console.log('serving');
