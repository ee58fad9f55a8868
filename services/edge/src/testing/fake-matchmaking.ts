import {
  type CreateTicketRequest,
  MatchmakingServiceDefinition,
  type MatchmakingServiceImplementation,
  type MatchRef,
  TicketStatus_State as State,
  TicketStatus,
} from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { ControlServer } from '@clew/service-kit/control-server';
import { createLog } from '@clew/service-kit/log';
import { ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';

/** A peer whose queue and directory are what the test writes into them, on a real socket. */
export class FakeMatchmaking implements AsyncDisposable {
  /** The directory. */
  readonly matches = new Map<string, MatchRef>();
  /** Matches that came to their end. */
  readonly finished = new Set<string>();
  /** Where tickets stand. */
  readonly tickets = new Map<string, TicketStatus>();
  readonly created: CreateTicketRequest[] = [];
  readonly cancelled: string[] = [];
  readonly renewals: string[][] = [];
  readonly lookups: string[] = [];
  /** Runs before each call; throw to refuse, wait to hang. */
  onCall: (method: string, signal: AbortSignal) => unknown = () => undefined;
  readonly #ticketOf = new Map<string, string>();
  #server: ControlServer | undefined;
  #port = 0;

  static async open(): Promise<FakeMatchmaking> {
    const self = new FakeMatchmaking();
    await self.start();
    return self;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const log = createLog({ name: 'fake-matchmaking', level: 'silent', format: 'json' });
    this.#server = new ControlServer({ log, serviceNames: [MatchmakingServiceDefinition.fullName] });
    this.#server.add(MatchmakingServiceDefinition, this.#implementation());
    this.#port = await this.#server.listen('127.0.0.1', this.#port);
  }

  async stop(): Promise<void> {
    await this.#server?.stop(0);
    this.#server = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** The ticket that a player waits with. */
  ticketOf(playerId: string): string | undefined {
    return this.#ticketOf.get(playerId);
  }

  place(ticketId: string, place: number, waiting: number): void {
    this.tickets.set(ticketId, TicketStatus.fromPartial({ state: State.STATE_WAITING, place, waiting }));
  }

  /** The ticket's seats are reserved in that match, which its owner takes. */
  assign(ticketId: string, match: MatchRef): void {
    this.matches.set(match.matchId, match);
    this.tickets.set(ticketId, TicketStatus.fromPartial({ state: State.STATE_ASSIGNED, match }));
  }

  claim(ticketId: string): void {
    this.tickets.set(ticketId, TicketStatus.fromPartial({ state: State.STATE_CLAIMED }));
  }

  forget(ticketId: string): void {
    this.tickets.delete(ticketId);
    for (const [playerId, own] of this.#ticketOf) if (own === ticketId) this.#ticketOf.delete(playerId);
  }

  #implementation(): MatchmakingServiceImplementation {
    const answering =
      <Request, Response>(method: string, answer: (request: Request) => Response) =>
      async (request: Request, { signal }: { readonly signal: AbortSignal }) => {
        await this.onCall(method, signal);
        return answer(request);
      };
    return {
      createTicket: answering('createTicket', (request) => {
        this.created.push(request);
        const { playerId } = request.members[0]!;
        const ticketId = this.#ticketOf.get(playerId) ?? `t-${this.created.length}`;
        this.#ticketOf.set(playerId, ticketId);
        if (!this.tickets.has(ticketId)) this.place(ticketId, 1, 1);
        return { ticketId };
      }),
      cancelTicket: answering('cancelTicket', ({ ticketId }) => {
        this.cancelled.push(ticketId);
        const cancelled = this.tickets.get(ticketId)?.state === State.STATE_WAITING;
        if (cancelled) this.forget(ticketId);
        return { cancelled };
      }),
      renewTickets: answering('renewTickets', ({ ticketIds }) => {
        this.renewals.push(ticketIds);
        const gone = TicketStatus.fromPartial({ state: State.STATE_GONE });
        return { tickets: ticketIds.map((ticketId) => this.tickets.get(ticketId) ?? gone) };
      }),
      getMatch: answering('getMatch', ({ matchId }) => {
        this.lookups.push(matchId);
        if (this.finished.has(matchId)) {
          throw new ServiceError(Status.NOT_FOUND, 'MATCH_FINISHED', 'the match came to its end');
        }
        const match = this.matches.get(matchId);
        if (match === undefined) throw new ServiceError(Status.NOT_FOUND, 'MATCH_UNKNOWN', 'no such match');
        return { match };
      }),
      async *registerSimulation() {
        yield* [];
      },
    };
  }
}
