import { setTimeout as pause } from 'node:timers/promises';
import {
  MatchmakingServiceDefinition,
  TicketStatus_State as State,
  type TicketStatus,
} from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { parseConfig, serviceFields } from '@clew/service-kit/config';
import { callChannel, controlClients } from '@clew/service-kit/control-client';
import { createLog } from '@clew/service-kit/log';
import { matchmakingFields } from '../config.ts';
import { type Matchmaking, startMatchmaking } from '../matchmaking.ts';
import type { FakeSessions } from './fake-sessions.ts';
import { party } from './test-redis.ts';

const log = createLog({ name: 'test', level: 'silent', format: 'json' });

/** An instance with leases that no test outlives, unless it says so. */
export class Instance implements AsyncDisposable {
  readonly client;
  readonly #service: Matchmaking;
  readonly #channel;

  private constructor(service: Matchmaking) {
    this.#service = service;
    this.#channel = callChannel([`127.0.0.1:${service.grpcPort}`]);
    this.client = controlClients.create(MatchmakingServiceDefinition, this.#channel);
  }

  /** Starts one on the Redis that REDIS_URL in `env` names, and waits until it reached it. */
  static async start(sessions: FakeSessions, env: Record<string, string>): Promise<Instance> {
    const instance = await Instance.startAlone(sessions, env);
    await instance.turns(1);
    return instance;
  }

  /** Starts one, whether Redis is there or not. */
  static async startAlone(sessions: FakeSessions, env: Record<string, string>): Promise<Instance> {
    const leases = {
      MATCH_LEASE_MS: '60000',
      TICKET_LEASE_MS: '60000',
      CLAIM_MS: '60000',
      SIMULATION_LEASE_MS: '60000',
    };
    const fields = {
      SESSION_ADDRESSES: sessions.address,
      DIRECTOR_MS: '10',
      MATCH_FILL_MS: '0',
    };
    const given = Object.entries({ ...leases, ...fields, ...env }).map(([name, value]) => [`CLEW_${name}`, value]);
    const config = parseConfig({ ...serviceFields, ...matchmakingFields }, Object.fromEntries(given));
    return new Instance(await startMatchmaking(config, log));
  }

  /** Resolves after that many more turns of its director. */
  async turns(more: number): Promise<void> {
    const until = (await this.count('turns')) + more;
    await eventually(async () => (await this.count('turns')) >= until);
  }

  async count(counter: string): Promise<number> {
    return (await this.statusz()).counters[`matchmaking.${counter}`]!;
  }

  get port(): number {
    return this.#service.grpcPort;
  }

  async statusz() {
    const response = await fetch(`http://127.0.0.1:${this.#service.opsPort}/statusz`);
    return (await response.json()) as {
      counters: Record<string, number>;
      collections: { name: string; size: number; orphans: number }[];
      director: { waitingPlayers: number; simulations: number };
    };
  }

  async size(collection: string): Promise<number | undefined> {
    return (await this.statusz()).collections.find(({ name }) => name === collection)?.size;
  }

  async create(...players: number[]): Promise<string> {
    return (await this.client.createTicket(party(players))).ticketId;
  }

  async status(ticketId: string): Promise<TicketStatus> {
    return (await this.client.renewTickets({ ticketIds: [ticketId] })).tickets[0]!;
  }

  /** Asks until the ticket is assigned. */
  async assigned(ticketId: string): Promise<NonNullable<TicketStatus['match']>> {
    const { match } = await eventually(async () => {
      const status = await this.status(ticketId);
      return status.state === State.STATE_ASSIGNED ? status : undefined;
    });
    return match!;
  }

  /** Stops it as a signal would. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#channel.close();
    await this.#service[Symbol.asyncDispose]();
  }
}

/** Asks again until there is an answer; the test runner bounds it. */
export async function eventually<Value>(ask: () => Promise<Value | undefined | false>): Promise<Value> {
  while (true) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await pause(5);
  }
}
