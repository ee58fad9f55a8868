import { randomBytes, randomUUID } from 'node:crypto';
import { PlayServiceDefinition, SignInResponse } from '@clew/protocol/clew/play/v1/play.ts';
import { dataFrame, encoded } from '../doors/web/frames.ts';
import { PlayerRefusal } from './refusal.ts';

export type Encoding = 'binary' | 'text';

/** What one gRPC-web call was answered. */
export interface WebAnswer {
  readonly http: Response;
  readonly messages: Uint8Array[];
  readonly refusal: PlayerRefusal | undefined;
}

type Method = keyof typeof PlayServiceDefinition.methods;

export function contentType(encoding: Encoding): string {
  return encoding === 'binary' ? 'application/grpc-web+proto' : 'application/grpc-web-text';
}

/** A call of bytes, by fetch alone. */
export function post(webUrl: string, method: string, body: Uint8Array, headers: Record<string, string> = {}) {
  return fetch(`${webUrl}/clew.play.v1.PlayService/${method}`, {
    method: 'POST',
    headers: { 'content-type': contentType('binary'), ...headers },
    body: body as BodyInit,
  });
}

/** A call of a message, and the whole answer. */
export async function call(
  webUrl: string,
  key: Method,
  // biome-ignore lint/suspicious/noExplicitAny: of the method
  request: any,
  { token = '', encoding = 'binary' as Encoding, headers = {} as Record<string, string> } = {},
): Promise<WebAnswer> {
  const method = PlayServiceDefinition.methods[key];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const message = method.requestType.encode(method.requestType.fromPartial(request) as any).finish();
  const http = await post(webUrl, method.name, encoded(dataFrame(message), encoding), {
    'content-type': contentType(encoding),
    ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    ...headers,
  });
  return answerOf(http, encoding);
}

export async function answerOf(http: Response, encoding: Encoding): Promise<WebAnswer> {
  const frames = new FrameReader(encoding);
  frames.add(new Uint8Array(await http.arrayBuffer()));
  return { http, messages: frames.messages, refusal: frames.refusal };
}

export async function signIn(webUrl: string, encoding: Encoding = 'binary') {
  const request = { secret: randomBytes(32), displayName: 'Theseus', requestId: randomUUID() };
  const { messages, refusal } = await call(webUrl, 'signIn', request, { encoding });
  if (refusal !== undefined) throw refusal;
  return SignInResponse.decode(messages[0]!);
}

/** Takes an answer apart as it comes. */
export class FrameReader {
  readonly messages: Uint8Array[] = [];
  /** The status, once it came; undefined when it was OK. */
  refusal: PlayerRefusal | undefined;
  ended = false;
  readonly #encoding: Encoding;
  #awaitsHeaders: boolean;
  #text = '';
  #rest: Buffer = Buffer.alloc(0);

  /** `headers`: the first frame of metadata are headers, as over WebSocket. */
  constructor(encoding: Encoding, { headers = false } = {}) {
    this.#encoding = encoding;
    this.#awaitsHeaders = headers;
  }

  add(bytes: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, this.#encoding === 'binary' ? bytes : this.#decoded(bytes)]);
    while (this.#rest.length >= 5) {
      const end = 5 + this.#rest.readUInt32BE(1);
      if (this.#rest.length < end) return;
      const payload = this.#rest.subarray(5, end);
      if (this.#rest[0] === 0) this.messages.push(payload);
      else if (this.#awaitsHeaders) this.#awaitsHeaders = false;
      else this.#trailers(payload.toString('latin1'));
      this.#rest = this.#rest.subarray(end);
    }
  }

  /** Groups of four characters, padding where a flush ended. */
  #decoded(bytes: Uint8Array): Buffer {
    this.#text += Buffer.from(bytes).toString('latin1');
    const whole = this.#text.length - (this.#text.length % 4);
    const groups = this.#text.slice(0, whole).match(/.{4}/g) ?? [];
    this.#text = this.#text.slice(whole);
    return Buffer.concat(groups.map((group) => Buffer.from(group, 'base64')));
  }

  #trailers(text: string): void {
    const trailers = Object.fromEntries(
      text
        .trimEnd()
        .split('\r\n')
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
    this.ended = true;
    const code = Number(trailers['grpc-status']);
    if (code === 0) return;
    const details = Buffer.from(trailers['grpc-status-details-bin'] ?? '', 'base64');
    this.refusal = new PlayerRefusal(code, decodeURIComponent(trailers['grpc-message'] ?? ''), details);
  }
}
