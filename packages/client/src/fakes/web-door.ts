import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PlayRequest, PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import type { DoorHost, FakeStream, Refusal } from './door-host.ts';

/** A FakeEdge's door for gRPC-web, over fetch and over WebSocket. */
export class WebDoor {
  readonly #host: DoorHost;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #webSockets = new WebSocketServer({ noServer: true });
  /** What becomes of those who want a WebSocket: somebody on the way may refuse them or swallow what they say. */
  upgrades: 'accepted' | 'refused' | 'swallowed' = 'accepted';
  #port = 0;

  constructor(host: DoorHost) {
    this.#host = host;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error) => response.destroy(error));
    });
    this.#server.keepAliveTimeout = 0;
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.upgrades === 'refused') socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
      if (this.upgrades === 'swallowed') socket.resume().on('end', () => socket.destroy());
      if (this.upgrades !== 'accepted') return;
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => this.#play(webSocket));
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get sockets(): number {
    return this.#sockets.size;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        this.#port = (this.#server.address() as { port: number }).port;
        resolve();
      });
    });
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const name = (request.url ?? '').split('/').at(-1) ?? '';
    const method = Object.values(PlayServiceDefinition.methods).find((entry) => entry.name === name);
    if (method === undefined) {
      response.writeHead(404).end();
      return;
    }
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    response.writeHead(200, { 'content-type': 'application/grpc-web+proto' });
    if (name === 'Watch') {
      this.#watch(token, String(request.headers.traceparent ?? ''), response);
      return;
    }
    try {
      const message = method.requestType.decode(Buffer.concat(chunks).subarray(5));
      const answer = await this.#host.answer(name, message, token);
      // biome-ignore lint/suspicious/noExplicitAny: generated message types have no common parent
      response.write(framed(0, method.responseType.encode(answer as any).finish()));
      response.end(trailer(undefined));
    } catch (refusal) {
      response.end(trailer(refusal as Refusal));
    }
  }

  #play(webSocket: WebSocket): void {
    webSocket.on('error', () => {});
    webSocket.once('message', (metadata) => {
      const stream: FakeStream = {
        token: valueIn(metadata.toString(), 'authorization').replace('Bearer ', ''),
        traceparent: valueIn(metadata.toString(), 'traceparent'),
        inputs: [],
        isOpen: true,
        write: (message) => webSocket.send(framed(0, message)),
        end: (refusal) => {
          webSocket.send(trailer(refusal));
          webSocket.close(1000);
        },
        cut: () => webSocket.terminate(),
      };
      webSocket.on('message', (bytes: Buffer) => {
        if (bytes[0] === 0) this.#host.steered(PlayRequest.decode(bytes.subarray(6)).inputs, stream.token);
      });
      webSocket.on('close', () => {
        stream.isOpen = false;
      });
      webSocket.send(framed(0x80, Buffer.from('content-type:application/grpc-web+proto\r\n')));
      this.#host.opened(stream);
    });
  }

  #watch(token: string, traceparent: string, response: ServerResponse): void {
    response.flushHeaders();
    const stream: FakeStream = {
      token,
      traceparent,
      inputs: [],
      isOpen: true,
      write: (message) => {
        response.write(framed(0, message));
      },
      end: (refusal) => {
        response.end(trailer(refusal));
      },
      cut: () => {
        response.destroy();
      },
    };
    response.on('close', () => {
      stream.isOpen = false;
    });
    this.#host.opened(stream);
  }
}

function valueIn(metadata: string, key: string): string {
  return new RegExp(`^${key}: (.*)$`, 'm').exec(metadata)?.[1]?.trim() ?? '';
}

function framed(flag: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

function trailer(refusal: Refusal | undefined): Buffer {
  const lines = [`grpc-status:${refusal?.code ?? 0}`];
  if (refusal !== undefined) {
    lines.push(`grpc-message:${encodeURIComponent(refusal.message)}`);
    if (refusal.details !== undefined) lines.push(`grpc-status-details-bin:${refusal.details.toString('base64')}`);
  }
  return framed(0x80, Buffer.from(`${lines.join('\r\n')}\r\n`));
}
