import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import {
  type CancelMatchResponse,
  type Event,
  type FindMatchRequest,
  type FindMatchResponse,
  type LeaveResponse,
  PlayResponse,
  type ResumeResponse,
  type SignInRequest,
  type SignInResponse,
} from '@clew/protocol/clew/play/v1/play.ts';
import { Status } from 'nice-grpc-common';
import { type Asked, type DoorHost, type FakeStream, Refusal } from './door-host.ts';
import { GrpcDoor } from './grpc-door.ts';
import { WebDoor } from './web-door.ts';

interface Answers {
  SignIn: (request: SignInRequest) => SignInResponse | Promise<SignInResponse>;
  Resume: (token: string) => ResumeResponse | Promise<ResumeResponse>;
  Leave: (token: string) => LeaveResponse;
  FindMatch: (request: FindMatchRequest, token: string) => FindMatchResponse;
  CancelMatch: (token: string) => CancelMatchResponse;
  Steer: (inputs: readonly Input[], token: string) => Promise<void> | void;
}

/**
 * The edge as a client sees it, on real sockets, obeying the test: what it answers can be replaced call by call, and
 * the test writes to the streams. It keeps what it was asked.
 */
export class FakeEdge implements DoorHost {
  readonly asked: Asked[] = [];
  readonly streams: FakeStream[] = [];
  /** Addresses that answers list; this edge when empty. */
  edges: { webUrl: string; grpcAddress: string }[] = [];
  silenceMaxMs = 60_000;
  /** Written to each stream after its Welcome; CC2 wants one of Seated, Queued and Idle. */
  afterWelcome: (stream: FakeStream) => void = (stream) => this.tell(stream, { $case: 'idle', value: {} });
  welcomes = true;
  /** Hears each message with inputs, or without any. */
  onSteer: () => void = () => undefined;
  readonly answers: Answers;
  readonly #grpc = new GrpcDoor(this);
  readonly web = new WebDoor(this);
  #tokens = 0;

  constructor() {
    const session = () => ({
      playerId: 'a'.repeat(32),
      token: `s1.p.${++this.#tokens}`,
      expireTime: undefined,
      lease: { seconds: 30, nanos: 0 },
      edges: this.edges.length > 0 ? this.edges : [this.own],
    });
    this.answers = {
      SignIn: () => ({ ...session(), resumed: false }),
      Resume: () => session(),
      Leave: () => ({}),
      FindMatch: () => ({ ticketId: 't-1', matchId: '' }),
      CancelMatch: () => ({}),
      Steer: () => undefined,
    };
  }

  async listen(): Promise<this> {
    await this.#grpc.listen();
    await this.web.listen();
    return this;
  }

  get own(): { webUrl: string; grpcAddress: string } {
    return { webUrl: this.web.address, grpcAddress: this.#grpc.address };
  }

  get stream(): FakeStream {
    const stream = this.streams.at(-1);
    if (stream === undefined) throw new Error('no stream was opened');
    return stream;
  }

  get openStreams(): number {
    return this.streams.filter(({ isOpen }) => isOpen).length;
  }

  /** Sockets that clients hold open. */
  get sockets(): number {
    return this.#grpc.sockets + this.web.sockets;
  }

  count(method: string): number {
    return this.asked.filter((call) => call.method === method).length;
  }

  tell(stream: FakeStream, kind: NonNullable<Event['kind']>): void {
    this.write(stream, PlayResponse.fromPartial({ event: { kind } }));
  }

  write(stream: FakeStream, message: PlayResponse): void {
    stream.write(PlayResponse.encode(message).finish());
  }

  async answer(method: string, request: unknown, token: string): Promise<unknown> {
    this.asked.push({ method, request, token });
    switch (method) {
      case 'SignIn':
        return this.answers.SignIn(request as SignInRequest);
      case 'Resume':
        return this.answers.Resume(token);
      case 'Leave':
        return this.answers.Leave(token);
      case 'FindMatch':
        return this.answers.FindMatch(request as FindMatchRequest, token);
      case 'CancelMatch':
        return this.answers.CancelMatch(token);
      case 'Steer': {
        const { inputs } = request as { inputs: Input[] };
        await this.answers.Steer(inputs, token);
        this.steered(inputs, token);
        return {};
      }
      default:
        throw new Refusal(Status.UNIMPLEMENTED, 'UNIMPLEMENTED');
    }
  }

  opened(stream: FakeStream): void {
    this.streams.push(stream);
    if (!this.welcomes) return;
    this.tell(stream, {
      $case: 'welcome',
      value: {
        edge: this.own,
        tickRate: 20,
        silenceMax: { seconds: Math.floor(this.silenceMaxMs / 1000), nanos: (this.silenceMaxMs % 1000) * 1e6 },
      },
    });
    this.afterWelcome(stream);
  }

  steered(inputs: readonly Input[], token: string): void {
    this.onSteer();
    this.streams.findLast((stream) => stream.token === token)?.inputs.push(...inputs);
  }

  /** Dies: connections break, the ports refuse. */
  async stop(): Promise<void> {
    await Promise.all([this.#grpc.stop(), this.web.stop()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
