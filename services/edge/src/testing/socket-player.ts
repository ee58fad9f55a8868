import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PlayRequest, PlayResponse, PlayServiceDefinition } from '@clew/protocol/clew/play/v1/play.ts';
import { WebSocket } from 'ws';
import { dataFrame } from '../doors/web/frames.ts';
import { FrameReader } from './web-player.ts';

type Method = keyof typeof PlayServiceDefinition.methods;

/** A call over WebSocket, byte by byte, and all that came back. */
export class SocketCall implements Disposable {
  readonly frames = new FrameReader('binary', { headers: true });
  readonly socket: WebSocket;
  /** Code of the close, once it came. */
  closed: number | undefined;

  constructor(webUrl: string, key: Method, headers: Record<string, string> = {}) {
    const { fullName, methods } = PlayServiceDefinition;
    const url = `${webUrl.replace(/^http/, 'ws')}/${fullName}/${methods[key].name}`;
    this.socket = new WebSocket(url, ['grpc-websockets'], { headers });
    this.socket.on('message', (bytes: Buffer) => this.frames.add(bytes));
    this.socket.on('error', () => {});
    this.socket.on('close', (code) => {
      this.closed = code;
    });
  }

  /** Resolves when it is open. */
  async open(metadata: Record<string, string> = {}): Promise<this> {
    await once(this.socket, 'open');
    this.socket.send(Buffer.from(metadataLines(metadata), 'latin1'));
    return this;
  }

  /** One message of the method. */
  // biome-ignore lint/suspicious/noExplicitAny: of the method
  send(key: Method, message: any = {}): void {
    const { requestType } = PlayServiceDefinition.methods[key];
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const bytes = requestType.encode(requestType.fromPartial(message) as any).finish();
    this.socket.send(Buffer.concat([Buffer.of(0), dataFrame(bytes)]));
  }

  halfClose(): void {
    this.socket.send(Buffer.of(1));
  }

  /** Resolves when the socket is gone. */
  async end(): Promise<this> {
    if (this.closed === undefined) await once(this.socket, 'close');
    return this;
  }

  get messages(): PlayResponse[] {
    return this.frames.messages.map((bytes) => PlayResponse.decode(bytes));
  }

  get ticks(): string[] {
    return this.messages.flatMap(({ header }) => (header ? `${header.keyframe ? 'K' : ''}${header.tick}` : []));
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}

/** The player's stream, both ways. */
export async function play(webUrl: string, token: string, more: Record<string, string> = {}): Promise<SocketCall> {
  return new SocketCall(webUrl, 'play').open({ authorization: `Bearer ${token}`, ...more });
}

/** A Play on a bare socket that never reads; what it sends is masked with zeros, which is as good as not at all. */
export async function deafPlay(webUrl: string, token: string): Promise<Socket> {
  const socket = connect(Number(new URL(webUrl).port), '127.0.0.1');
  socket.pause();
  socket.write(
    'GET /clew.play.v1.PlayService/Play HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
      'sec-websocket-version: 13\r\nsec-websocket-protocol: grpc-websockets\r\n' +
      'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  socket.write(maskedFrame(2, Buffer.from(metadataLines({ authorization: `Bearer ${token}` }), 'latin1')));
  return socket;
}

/** A client's frame; opcodes: 1 text, 2 binary, 8 close, 9 ping. */
export function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length;
  const head = length < 126 ? Buffer.of(0x80 | opcode, 0x80 | length) : Buffer.of(0x80 | opcode, 0x80 | 126, 0, 0);
  if (length >= 126) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

export function inputsFrame(inputs: PlayRequest['inputs']): Buffer {
  return Buffer.concat([Buffer.of(0), dataFrame(PlayRequest.encode({ inputs }).finish())]);
}

function metadataLines(metadata: Record<string, string>): string {
  const all = { 'content-type': 'application/grpc-web+proto', 'x-grpc-web': '1', ...metadata };
  return Object.entries(all)
    .map(([key, value]) => `${key}: ${value}\r\n`)
    .join('');
}
