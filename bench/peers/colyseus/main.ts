/** The peer: one Colyseus server on a WebSocket transport. Prints its port, then serves until it is ended. */
import { Server } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { MazeRoom } from './rooms.ts';

const port = Number(process.argv[2]);
const server = new Server({ transport: new WebSocketTransport(), greet: false });
server.define('maze', MazeRoom);
await server.listen(port, '127.0.0.1');
console.log('serving');
