import {
  MatchmakingServiceDefinition,
  type RegisterSimulationRequest,
} from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import {
  type CreateMatchRequest,
  type ReserveSeatsRequest,
  SimulationServiceDefinition,
} from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { controlClients, streamChannel } from '@clew/service-kit/control-client';
import { createServer } from 'nice-grpc';

/** What a simulation says of itself. */
export const presenceOf = (
  simulationId: string,
  more: Partial<RegisterSimulationRequest> = {},
): RegisterSimulationRequest => ({
  simulationId,
  controlAddress: '127.0.0.1:7000',
  trunkAddress: '127.0.0.1:7001',
  matches: 0,
  matchesMax: 100,
  draining: false,
  openMatches: [],
  ...more,
});

/** A peer that takes matches and players as a simulation does, on a real socket, and remembers what it was asked. */
export class FakeSimulation implements AsyncDisposable {
  readonly created: CreateMatchRequest[] = [];
  readonly reserved: ReserveSeatsRequest[] = [];
  readonly presence: RegisterSimulationRequest;
  /** Runs before a match is taken; throw to refuse, wait to hang. */
  onCreate: (request: CreateMatchRequest, signal: AbortSignal) => unknown = () => undefined;
  /** Runs before seats are reserved; throw to refuse, wait to hang. */
  onReserve: (request: ReserveSeatsRequest, signal: AbortSignal) => unknown = () => undefined;
  readonly #server;

  private constructor(server: ReturnType<typeof createServer>, presence: RegisterSimulationRequest) {
    this.#server = server;
    this.presence = presence;
  }

  static async open(simulationId: string, more: Partial<RegisterSimulationRequest> = {}): Promise<FakeSimulation> {
    const server = createServer();
    let self: FakeSimulation;
    server.add(SimulationServiceDefinition, {
      async createMatch(request, { signal }) {
        await self.onCreate(request, signal);
        self.created.push(request);
        return {};
      },
      async reserveSeats(request, { signal }) {
        await self.onReserve(request, signal);
        self.reserved.push(request);
        return {};
      },
    });
    const port = await server.listen('127.0.0.1:0');
    self = new FakeSimulation(server, presenceOf(simulationId, { controlAddress: `127.0.0.1:${port}`, ...more }));
    return self;
  }

  /** Registers at matchmaking until disposed; every message is sent when the one before was answered. */
  register(matchmakingPort: number): FakeRegistration {
    return new FakeRegistration(matchmakingPort, this.presence);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
  }
}

/** A RegisterSimulation stream in the hands of a test. */
export class FakeRegistration implements AsyncDisposable {
  readonly #channel;
  readonly #answers: AsyncIterator<unknown>;
  readonly #abort = new AbortController();
  #wake: () => void = () => {};
  #next: Partial<RegisterSimulationRequest> | undefined;
  #ended = false;

  constructor(port: number, presence: RegisterSimulationRequest) {
    this.#channel = streamChannel([`127.0.0.1:${port}`]);
    this.#next = presence;
    const client = controlClients.create(MatchmakingServiceDefinition, this.#channel);
    const answers = client.registerSimulation(this.#messages(), { signal: this.#abort.signal });
    this.#answers = answers[Symbol.asyncIterator]();
  }

  /** Resolves when the last message was heard; rejects, or is false, when the stream ended. */
  async heard(): Promise<boolean> {
    return !(await this.#answers.next()).done;
  }

  /** Sends another message and waits until it was heard. */
  async say(message: Partial<RegisterSimulationRequest>): Promise<boolean> {
    this.#next = message;
    this.#wake();
    return this.heard();
  }

  /** Ends the stream politely. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Breaks it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    this.#abort.abort();
    await this.#answers.next().catch(() => {});
    this.#channel.close();
  }

  async *#messages(): AsyncIterable<Partial<RegisterSimulationRequest>> {
    while (!this.#ended) {
      if (this.#next === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const message = this.#next;
      this.#next = undefined;
      yield message;
    }
  }
}
