import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { PlayServiceDefinition, SteerRequest } from '@clew/protocol/clew/play/v1/play.ts';
import { closedLine, type Line, type Method, type OpenStream, Refused } from './line.ts';
import { Base64Pieces, framed, Messages } from './messages.ts';
import { StreamReader } from './player-stream.ts';

const { fullName, methods } = PlayServiceDefinition;
const UNAVAILABLE = 14;
const nothing = SteerRequest.encode({ inputs: [] }).finish();

/** gRPC-web over HTTP/1.1: a socket for the Watch, and one that is kept for calls. */
export class WebLine implements Line {
  readonly #url: string;
  readonly #isText: boolean;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #requests = new Set<ClientRequest>();
  #isClosed = false;

  constructor(url: string, encoding: 'binary' | 'text') {
    this.#url = url;
    this.#isText = encoding === 'text';
  }

  async call(method: Method, message: Uint8Array, token?: string): Promise<Uint8Array> {
    const request = this.#request(method, token);
    let answer: Buffer | undefined;
    const messages = new Messages((bytes) => {
      answer = bytes;
    });
    const ended = this.#read(request, messages);
    request.end(this.#encoded(framed(message)));
    const status = await ended;
    if (status !== undefined) throw status;
    if (answer === undefined) throw new Refused(UNAVAILABLE, 'no answer');
    return answer;
  }

  async open(token: string): Promise<OpenStream> {
    const request = this.#request('watch', token);
    const reader = new StreamReader();
    void this.#read(request, reader.messages).then((status) => reader.over(status));
    request.end(this.#encoded(framed(new Uint8Array())));
    await reader.until(() => true);
    return {
      until: (wanted) => reader.until(wanted),
      ended: reader.ended,
      sayHere: () => void this.call('steer', nothing, token).catch(() => {}),
      cancel: () => void request.destroy(),
      pause: () => void request.socket?.pause(),
    };
  }

  async breakOff(method: Method, message: Uint8Array, when: 'asking' | 'asked', token?: string): Promise<void> {
    const bytes = this.#encoded(framed(message));
    const request = this.#request(method, token, bytes.length);
    await new Promise<void>((resolve) => {
      request.once('close', resolve);
      const sent = () => setImmediate(resolve);
      if (when === 'asked') request.end(bytes, sent);
      else request.write(bytes.subarray(0, Math.max(1, bytes.length >> 1)), sent);
    });
    this.reset();
  }

  reset(): void {
    for (const request of [...this.#requests]) {
      request.socket?.resetAndDestroy();
      request.destroy();
    }
    this.#agent.destroy();
  }

  async halfClose(): Promise<void> {
    const open = [...this.#requests];
    this.#agent.destroy();
    await Promise.all(
      open.map(
        (request) =>
          new Promise<void>((resolve) => {
            request.once('close', resolve);
            request.socket?.end();
          }),
      ),
    );
  }

  close(): void {
    this.#isClosed = true;
    for (const request of [...this.#requests]) request.destroy();
    this.#agent.destroy();
  }

  #request(method: Method, token: string | undefined, length?: number): ClientRequest {
    if (this.#isClosed) throw closedLine();
    const request = httpRequest(`${this.#url}/${fullName}/${methods[method].name}`, {
      method: 'POST',
      agent: this.#agent,
      headers: {
        'content-type': this.#isText ? 'application/grpc-web-text+proto' : 'application/grpc-web+proto',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(length === undefined ? {} : { 'content-length': length }),
      },
    });
    this.#requests.add(request);
    request.on('error', () => {});
    request.on('close', () => this.#requests.delete(request));
    return request;
  }

  /** Reads an answer to its end, or to the end of its socket. */
  #read(request: ClientRequest, messages: Messages): Promise<Refused | undefined> {
    return new Promise((resolve) => {
      const base64 = new Base64Pieces();
      const broken = () => resolve(new Refused(UNAVAILABLE, 'the connection broke'));
      request.on('response', (response: IncomingMessage) => {
        response.on('data', (chunk: Buffer) => messages.read(this.#isText ? base64.decode(chunk) : chunk));
        response.on('error', broken);
        response.on('end', () => resolve(statusOf(messages.trailer)));
      });
      request.on('close', broken);
    });
  }

  #encoded(bytes: Buffer): Buffer {
    return this.#isText ? Buffer.from(bytes.toString('base64'), 'latin1') : bytes;
  }
}

function statusOf(trailer: string | undefined): Refused | undefined {
  if (trailer === undefined) return new Refused(UNAVAILABLE, 'the answer has no end');
  const code = Number(/^grpc-status: *(\d+)/m.exec(trailer)?.[1] ?? 2);
  return code === 0 ? undefined : new Refused(code, /^grpc-message: *(.*)$/m.exec(trailer)?.[1] ?? '');
}
