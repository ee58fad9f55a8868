import { randomBytes, randomUUID } from 'node:crypto';
import {
  FindMatchRequest,
  ResumeRequest,
  ResumeResponse,
  SignInRequest,
  SignInResponse,
} from '@clew/protocol/clew/play/v1/play.ts';
import { GrpcLine } from './wire/grpc-line.ts';
import type { Door, Line, OpenStream } from './wire/line.ts';
import { SocketLine } from './wire/socket-line.ts';
import { WebLine } from './wire/web-line.ts';

/** Where an edge is, from where the player is. */
export interface EdgeAddress {
  readonly grpcAddress: string;
  readonly webUrl: string;
}

/** How far a player's life goes before it ends. */
export type Phase = 'lobby' | 'queued' | 'seated';

export interface PlayerOptions {
  readonly door: Door;
  readonly edge: EdgeAddress;
  /** Windows so small that not reading is felt at once. */
  readonly small?: boolean;
}

const SIGN_OF_LIFE_MS = 1_000;

/** A player without an SDK. */
export class RawPlayer {
  readonly line: Line;
  token = '';

  constructor(options: PlayerOptions) {
    this.line = lineTo(options);
  }

  /** What asks for a session of a new player. */
  static signInRequest(): Uint8Array {
    const secret = randomBytes(32);
    return SignInRequest.encode({ secret, displayName: 'Churn', takeOver: false, requestId: randomUUID() }).finish();
  }

  static findMatchRequest(): Uint8Array {
    return FindMatchRequest.encode({ requestId: randomUUID() }).finish();
  }

  async signIn(): Promise<void> {
    this.token = SignInResponse.decode(await this.line.call('signIn', RawPlayer.signInRequest())).token;
  }

  /** Signs in, opens the stream and goes as far as that. */
  async come(phase: Phase): Promise<OpenStream> {
    await this.signIn();
    const stream = await this.line.open(this.token);
    if (phase === 'lobby') return stream;
    await this.line.call('findMatch', RawPlayer.findMatchRequest(), this.token);
    if (phase === 'queued') return stream;
    const signs = setInterval(() => stream.sayHere(), SIGN_OF_LIFE_MS);
    try {
      await stream.until(({ header }) => header !== undefined);
    } finally {
      clearInterval(signs);
    }
    return stream;
  }

  /** Takes over the session of this token, under a token of its own. */
  async resume(token: string): Promise<void> {
    const request = ResumeRequest.encode({ requestId: randomUUID() }).finish();
    this.token = ResumeResponse.decode(await this.line.call('resume', request, token)).token;
  }

  /** Whose session it is; undefined before the sign-in. */
  get playerId(): string | undefined {
    return this.token.split('.')[1];
  }
}

function lineTo({ door, edge, small = false }: PlayerOptions): Line {
  if (door === 'grpc') return new GrpcLine(edge.grpcAddress, { small });
  if (door === 'web-socket') return new SocketLine(edge.webUrl);
  return new WebLine(edge.webUrl, door === 'web' ? 'binary' : 'text');
}
