import {
  type CreateMatchRequest,
  type ReserveSeatsRequest,
  type SimulationServiceClient,
  SimulationServiceDefinition,
} from '@clew/protocol/clew/simulation/v1/simulation.ts';
import type { Collections } from '@clew/service-kit/collections';
import { callChannel, controlClients } from '@clew/service-kit/control-client';
import { type CallOptions, type Channel, ClientError, Status } from 'nice-grpc';
import type { DeadlineOptions } from 'nice-grpc-client-middleware-deadline';
import type { OpenMatch, SimulationLoad } from './formation.ts';
import type { MatchHome } from './match-directory.ts';
import type { Simulation } from './simulation-registry.ts';

/**
 * The ways to the simulations that are registered: one channel each, for as long as they are (M1, M2), and what this
 * process learned of each since its last message, until the next message outdates it.
 */
interface Link {
  simulation: Simulation;
  readonly channel: Channel;
  readonly client: SimulationServiceClient<DeadlineOptions>;
  /** New matches since its last message. */
  matchesSince: number;
  /** It said that it takes no more. */
  full: boolean;
  /** Seats taken in its open matches since its last message; all of them where it refused. */
  readonly seatsTaken: Map<string, number>;
  /** By this process' monotonic clock. It did not answer; others are asked until then. */
  failingUntilMs: number;
}

export interface LinkLimits {
  /** Most simulations. */
  readonly linksMax: number;
  /** Deadline of one call. */
  readonly callMs: number;
}

export class SimulationLinks implements Disposable {
  readonly #links: Map<string, Link>;
  readonly #linksMax: number;
  readonly #callMs: number;

  constructor(collections: Collections, { linksMax, callMs }: LinkLimits) {
    this.#links = collections.map('matchmaking.simulation_links', { bound: linksMax });
    this.#linksMax = linksMax;
    this.#callMs = callMs;
  }

  /** Follows the registry: opens ways to who came, closes those to who went or moved. */
  update(simulations: readonly Simulation[]): void {
    const listed = new Map(simulations.map((simulation) => [simulation.simulationId, simulation]));
    for (const [simulationId, link] of this.#links) {
      const now = listed.get(simulationId);
      if (now?.controlAddress === link.simulation.controlAddress) continue;
      this.#links.delete(simulationId);
      link.channel.close();
    }
    for (const simulation of listed.values()) {
      const link = this.#links.get(simulation.simulationId) ?? this.#open(simulation);
      if (link === undefined) continue;
      if (simulation.deadlineMs !== link.simulation.deadlineMs) {
        link.matchesSince = 0;
        link.full = false;
        link.seatsTaken.clear();
      }
      link.simulation = simulation;
    }
  }

  /** Who takes new matches. */
  loads(): SimulationLoad[] {
    return this.#usable()
      .filter((link) => !link.full)
      .map(({ simulation: { simulationId, matches, matchesMax }, matchesSince }) => ({
        simulationId,
        matches: matches + matchesSince,
        matchesMax,
      }));
  }

  /** Running matches that take players. */
  openMatches(): OpenMatch[] {
    return this.#usable().flatMap(({ simulation: { simulationId, openMatches }, seatsTaken }) =>
      openMatches.map(({ matchId, seats }) => ({
        matchId,
        simulationId,
        seats: seats - (seatsTaken.get(matchId) ?? 0),
      })),
    );
  }

  /** Where a simulation is; undefined when it went. */
  home(simulationId: string): MatchHome | undefined {
    return this.#links.get(simulationId)?.simulation;
  }

  /** Undefined when the match runs there; otherwise what went wrong. It may run nevertheless. */
  async createMatch(simulationId: string, request: CreateMatchRequest, signal: AbortSignal): Promise<unknown> {
    const link = this.#links.get(simulationId);
    if (link === undefined) return new Error('the simulation is gone');
    link.matchesSince += 1;
    return this.#outcome(
      link,
      (options) => link.client.createMatch(request, options),
      signal,
      () => {
        link.full = true;
      },
    );
  }

  /** Undefined when the seats are reserved; otherwise what went wrong. They may be reserved nevertheless. */
  async reserveSeats(simulationId: string, request: ReserveSeatsRequest, signal: AbortSignal): Promise<unknown> {
    const link = this.#links.get(simulationId);
    if (link === undefined) return new Error('the simulation is gone');
    const { matchId, players } = request;
    this.#take(link, matchId, players.length);
    return this.#outcome(
      link,
      (options) => link.client.reserveSeats(request, options),
      signal,
      () => this.#take(link, matchId, Number.POSITIVE_INFINITY),
    );
  }

  /** The match is not what its simulation said: no seats there until its next message. */
  closeMatch(simulationId: string, matchId: string): void {
    const link = this.#links.get(simulationId);
    if (link !== undefined) this.#take(link, matchId, Number.POSITIVE_INFINITY);
  }

  [Symbol.dispose](): void {
    for (const link of this.#links.values()) link.channel.close();
    this.#links.clear();
  }

  /** Undefined at the bound: simulations beyond it get nothing from this process (M3). */
  #open(simulation: Simulation): Link | undefined {
    if (this.#links.size >= this.#linksMax) return undefined;
    const channel = callChannel([simulation.controlAddress]);
    const link: Link = {
      simulation,
      channel,
      client: controlClients.create(SimulationServiceDefinition, channel),
      matchesSince: 0,
      full: false,
      seatsTaken: new Map(),
      failingUntilMs: 0,
    };
    this.#links.set(simulation.simulationId, link);
    return link;
  }

  #usable(): Link[] {
    const nowMs = performance.now();
    return [...this.#links.values()].filter((link) => !link.simulation.draining && link.failingUntilMs <= nowMs);
  }

  /** Only what the simulation listed is counted: the map is bounded by its message. */
  #take(link: Link, matchId: string, seats: number): void {
    if (!link.simulation.openMatches.some((match) => match.matchId === matchId)) return;
    link.seatsTaken.set(matchId, (link.seatsTaken.get(matchId) ?? 0) + seats);
  }

  async #outcome(
    link: Link,
    call: (options: CallOptions & DeadlineOptions) => Promise<unknown>,
    signal: AbortSignal,
    onRefusal: () => void,
  ): Promise<unknown> {
    try {
      await call({ deadline: this.#callMs, signal });
      return undefined;
    } catch (error) {
      const refused =
        error instanceof ClientError && (error.code === Status.RESOURCE_EXHAUSTED || error.code === Status.NOT_FOUND);
      if (refused) onRefusal();
      else if (!signal.aborted) link.failingUntilMs = performance.now() + this.#callMs;
      return error;
    }
  }
}
