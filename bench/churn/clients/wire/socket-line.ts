import type { Socket } from 'node:net';
import { PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import { WebSocket } from 'ws';
import { closedLine, type Line, type Method, type OpenStream, Refused } from './line.ts';
import { framed, Messages } from './messages.ts';
import { StreamReader } from './player-stream.ts';

const { fullName, methods } = PlayServiceDefinition;
const UNAVAILABLE = 14;
const NORMAL = 1000;
const halfClose = Buffer.of(1);

/** gRPC-web over WebSocket: a socket for each call, and for the player's stream. */
export class SocketLine implements Line {
  readonly #url: string;
  readonly #sockets = new Set<WebSocket>();
  #isClosed = false;

  constructor(webUrl: string) {
    this.#url = webUrl.replace(/^http/, 'ws');
  }

  async call(method: Method, message: Uint8Array, token?: string): Promise<Uint8Array> {
    let answer: Buffer | undefined;
    const messages = new Messages((bytes) => {
      answer = bytes;
    });
    const socket = await this.#connect(method, token);
    const ended = read(socket, messages);
    socket.send(data(message));
    socket.send(halfClose);
    const status = await ended;
    if (status !== undefined) throw status;
    if (answer === undefined) throw new Refused(UNAVAILABLE, 'no answer');
    return answer;
  }

  async open(token: string): Promise<OpenStream> {
    const socket = await this.#connect('play', token);
    const reader = new StreamReader();
    void read(socket, reader.messages).then((status) => reader.over(status));
    await reader.until(() => true);
    return {
      until: (wanted) => reader.until(wanted),
      ended: reader.ended,
      sayHere: () => {
        if (socket.readyState === WebSocket.OPEN) socket.send(data(new Uint8Array()));
      },
      cancel: () => socket.close(NORMAL),
      pause: () => void tcpOf(socket)?.pause(),
    };
  }

  async breakOff(method: Method, message: Uint8Array, when: 'asking' | 'asked', token?: string): Promise<void> {
    const socket = await this.#connect(method, token);
    const bytes = data(message);
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      const sent = () => setImmediate(resolve);
      // Half of a WebSocket's frame is written below it: 2 bytes of head, 4 of mask, and what they announce.
      if (when === 'asked') socket.send(bytes, sent);
      else tcpOf(socket)?.write(Buffer.concat([Buffer.of(0x82, 0x80 | 100, 0, 0, 0, 0), bytes.subarray(0, 3)]), sent);
    });
    this.reset();
  }

  reset(): void {
    for (const socket of [...this.#sockets]) tcpOf(socket)?.resetAndDestroy();
  }

  async halfClose(): Promise<void> {
    await Promise.all(
      [...this.#sockets].map(
        (socket) =>
          new Promise<void>((resolve) => {
            socket.once('close', () => resolve());
            tcpOf(socket)?.end();
          }),
      ),
    );
  }

  close(): void {
    this.#isClosed = true;
    for (const socket of [...this.#sockets]) socket.terminate();
  }

  async #connect(method: Method, token: string | undefined): Promise<WebSocket> {
    if (this.#isClosed) throw closedLine();
    const socket = new WebSocket(`${this.#url}/${fullName}/${methods[method].name}`, ['grpc-websockets'], {
      perMessageDeflate: false,
    });
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return new Promise((resolve, reject) => {
      socket.on('error', (error) => reject(new Refused(UNAVAILABLE, error.message)));
      socket.once('close', () => reject(new Refused(UNAVAILABLE, 'the connection broke')));
      socket.once('open', () => {
        const authorization = token === undefined ? '' : `authorization: Bearer ${token}\r\n`;
        socket.send(Buffer.from(`content-type: application/grpc-web+proto\r\n${authorization}`));
        resolve(socket);
      });
    });
  }
}

function data(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(0), framed(message)]);
}

/** Reads an answer to its end, or to the end of its socket. */
function read(socket: WebSocket, messages: Messages): Promise<Refused | undefined> {
  return new Promise((resolve) => {
    socket.on('message', (bytes: Buffer) => messages.read(bytes));
    socket.once('close', () => {
      const code = /^grpc-status: *(\d+)/m.exec(messages.trailer ?? '')?.[1];
      if (code === '0') resolve(undefined);
      else
        resolve(
          new Refused(Number(code ?? UNAVAILABLE), code === undefined ? 'the connection broke' : messages.trailer!),
        );
    });
  });
}

/** `ws` does not show the socket below, and has no other way to end it badly. */
function tcpOf(socket: WebSocket): Socket | undefined {
  return (socket as unknown as { readonly _socket?: Socket })._socket;
}
