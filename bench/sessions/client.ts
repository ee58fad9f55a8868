import { randomBytes } from 'node:crypto';
import {
  CreateSessionRequest,
  CreateSessionResponse,
  ListSessionsRequest,
  ListSessionsResponse,
  RenewSessionsRequest,
  RenewSessionsResponse,
  SessionServiceDefinition,
  WatchSessionsRequest,
  WatchSessionsResponse,
} from '@clew/protocol/clew/session/v1/session.ts';
import { Client, type ClientReadableStream, credentials } from '@grpc/grpc-js';
import { anyPlayer } from './population.ts';

interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

const { createSession, renewSessions, listSessions, watchSessions } = SessionServiceDefinition.methods;
const serializer =
  <Message>({ encode }: Codec<Message>) =>
  (message: Message) =>
    Buffer.from(encode(message).finish());

/** Calls over bare grpc-js: what the client costs does not hide what the server costs. */
export class BenchClient implements Disposable {
  readonly #client: Client;

  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': 16 * 1024 * 1024,
    });
  }

  /** A player whom nobody knew signs in. `answer` reads what comes back. */
  async create<Answer>(answer: Codec<Answer>): Promise<Answer> {
    const playerId = anyPlayer();
    const requestId = randomBytes(16).toString('hex');
    const request = { playerId, displayName: 'Ariadne', takeOver: false, requestId, edgeId: 'edge-1' };
    return this.#unary(createSession.name, CreateSessionRequest, answer, request);
  }

  renew(request: RenewSessionsRequest): Promise<RenewSessionsResponse> {
    return this.#unary(renewSessions.name, RenewSessionsRequest, RenewSessionsResponse, request);
  }

  list(request: ListSessionsRequest): Promise<ListSessionsResponse> {
    return this.#unary(listSessions.name, ListSessionsRequest, ListSessionsResponse, request);
  }

  watch(): ClientReadableStream<WatchSessionsResponse> {
    return this.#client.makeServerStreamRequest(
      `/${SessionServiceDefinition.fullName}/${watchSessions.name}`,
      serializer(WatchSessionsRequest),
      WatchSessionsResponse.decode,
      { cursor: '' },
    );
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  #unary<Request, Answer>(name: string, of: Codec<Request>, answer: Codec<Answer>, request: Request): Promise<Answer> {
    const path = `/${SessionServiceDefinition.fullName}/${name}`;
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(path, serializer(of), answer.decode, request, (error, response) => {
        if (error === null) resolve(response!);
        else reject(error);
      });
    });
  }
}

export { CreateSessionRequest as EchoAnswer, CreateSessionResponse as CreateAnswer };
