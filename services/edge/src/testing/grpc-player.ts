import { randomBytes, randomUUID } from 'node:crypto';
import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import {
  type Event,
  type PlayRequest,
  type PlayResponse,
  PlayServiceDefinition,
} from '@clew/protocol/clew/play/v1/play.ts';
import { grpcDefinition } from '@clew/service-kit/grpc-definition';
import { Client, type ClientDuplexStream, credentials, Metadata, type StatusObject } from '@grpc/grpc-js';
import { type PlayerRefusal, refusalOf } from './refusal.ts';
import { until } from './until.ts';

const methods = grpcDefinition(PlayServiceDefinition);
type UnaryKey = 'signIn' | 'resume' | 'leave' | 'findMatch' | 'cancelMatch' | 'steer';

/** A player at the gRPC door, without an SDK: calls, one stream, and all that came down it. */
export class GrpcPlayer implements Disposable {
  readonly secret = randomBytes(32);
  readonly messages: PlayResponse[] = [];
  playerId = '';
  token = '';
  /** How the stream ended, once it did. */
  ended: PlayerRefusal | undefined;
  stream: ClientDuplexStream<PlayRequest, PlayResponse> | undefined;
  readonly #client: Client;

  constructor(grpcAddress: string) {
    this.#client = new Client(grpcAddress, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  }

  /** The answer, or the refusal thrown as what its details say. */
  // biome-ignore lint/suspicious/noExplicitAny: request and answer are of the same method
  call(key: UnaryKey, request: any = {}, token: string | undefined = this.token): Promise<any> {
    const method = methods[key];
    const metadata = new Metadata();
    if (token !== undefined && token !== '') metadata.set('authorization', `Bearer ${token}`);
    return new Promise((resolve, reject) => {
      const serialize = method.requestSerialize;
      const full = { ...PlayServiceDefinition.methods[key].requestType.decode(new Uint8Array()), ...request };
      this.#client.makeUnaryRequest(
        method.path,
        serialize,
        method.responseDeserialize,
        full,
        metadata,
        (error, answer) => (error === null ? resolve(answer) : reject(refusalOf(error))),
      );
    });
  }

  async signIn(more: object = {}): Promise<this> {
    const request = { secret: this.secret, displayName: 'Ariadne', requestId: randomUUID(), ...more };
    const { playerId, token } = await this.call('signIn', request);
    this.playerId = playerId;
    this.token = token;
    return this;
  }

  /** Opens the stream and waits for its Welcome, or for its end. */
  async play(): Promise<this> {
    this.open();
    await until('the stream stands or is refused', () => this.messages.length > 0 || this.ended !== undefined);
    return this;
  }

  open(): void {
    const { play } = methods;
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${this.token}`);
    const stream = this.#client.makeBidiStreamRequest<PlayRequest, PlayResponse>(
      play.path,
      play.requestSerialize,
      play.responseDeserialize,
      metadata,
    );
    this.ended = undefined;
    stream.on('data', (message: PlayResponse) => this.messages.push(message));
    stream.on('error', () => {});
    stream.on('status', (status: StatusObject) => {
      this.ended = refusalOf(status);
    });
    this.stream = stream;
  }

  send(inputs: Input[]): void {
    this.stream?.write({ inputs });
  }

  /** The tab is closed: no good-bye. */
  vanish(): void {
    this.#client.getChannel().close();
    this.stream?.cancel();
  }

  [Symbol.dispose](): void {
    this.vanish();
    this.#client.close();
  }

  get events(): NonNullable<Event['kind']>[] {
    return this.messages.flatMap(({ event }) => event?.kind ?? []);
  }

  /** Ticks of the frames that came, keyframes with a K. */
  get frames(): string[] {
    return this.messages.flatMap(({ header }) => (header ? `${header.keyframe ? 'K' : ''}${header.tick}` : []));
  }

  event<Case extends NonNullable<Event['kind']>['$case']>(
    $case: Case,
  ): Promise<Extract<NonNullable<Event['kind']>, { $case: Case }>> {
    type Wanted = Extract<NonNullable<Event['kind']>, { $case: Case }>;
    return until(
      `the event ${$case}`,
      () => this.events.findLast((kind) => kind.$case === $case) as Wanted | undefined,
    );
  }
}
