import { setTimeout as pause } from 'node:timers/promises';
import type { Collections } from '@clew/service-kit/collections';
import type { Counters } from '@clew/service-kit/counters';
import { ServiceError } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';
import { type Decision, type FormationRules, form } from './formation.ts';
import { type PlacementOutcome, type PlacementPeers, place } from './placement.ts';
import type { SimulationRegistry } from './simulation-registry.ts';

/**
 * The loop of every instance: look at the queue and the simulations, decide, carry out. Directors know nothing of each
 * other: whoever claims first has the tickets, the others look again.
 *
 * It remembers nothing between turns but the placements under way, which are bounded and end before their claims do.
 */
export interface DirectorOptions extends Omit<PlacementPeers, 'onSessionFailure'> {
  readonly registry: SimulationRegistry;
  readonly counters: Counters<DirectorCounter>;
  readonly collections: Collections;
  readonly rules: FormationRules;
  /** Time between two turns, about. */
  readonly turnMs: number;
  /** Most placements under way. */
  readonly placementsMax: number;
}

export const directorCounters = [
  'matchmaking.turns',
  'matchmaking.turns_failed',
  'matchmaking.matches_placed',
  'matchmaking.drop_ins_placed',
  'matchmaking.claims_lost',
  'matchmaking.placements_abandoned',
  'matchmaking.placements_refused',
  'matchmaking.placements_without_sessions',
  'matchmaking.placements_failed',
] as const;
export type DirectorCounter = (typeof directorCounters)[number];

/** What the last turn saw: of the queue, its head. */
export interface DirectorView {
  readonly waitingPlayers: number;
  readonly waitingTickets: number;
  readonly longestWaitMs: number;
  readonly simulations: number;
  readonly openMatches: number;
}

export class Director implements AsyncDisposable {
  readonly #options: DirectorOptions;
  readonly #placements: Set<Promise<void>>;
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;
  #view: DirectorView = { waitingPlayers: 0, waitingTickets: 0, longestWaitMs: 0, simulations: 0, openMatches: 0 };
  #sessionsAwayUntilMs = 0;

  /** Begins at once. */
  constructor(options: DirectorOptions) {
    this.#options = options;
    this.#placements = options.collections.set('matchmaking.placements', { bound: options.placementsMax });
    this.#loop = this.#run();
  }

  get view(): DirectorView {
    return this.#view;
  }

  /** No new turn; placements under way are called off, which gives their tickets back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the director stops'));
    await this.#loop;
    await Promise.all(this.#placements);
  }

  async #run(): Promise<void> {
    const { counters, turnMs, log } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#turn();
        counters.add('matchmaking.turns');
      } catch (error) {
        counters.add('matchmaking.turns_failed');
        if (!away(error)) log.error({ err: error }, 'a turn of the director failed');
      }
      // Spread, so that directors do not look at the same moment again and again.
      await pause(turnMs * (0.75 + Math.random() / 2), undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  async #turn(): Promise<void> {
    const { tickets, registry, links, rules, placementsMax } = this.#options;
    const [queue, simulations] = await Promise.all([tickets.survey(), registry.list()]);
    links.update(simulations);
    const openMatches = links.openMatches();
    this.#view = {
      waitingPlayers: queue.tickets.reduce((sum, ticket) => sum + ticket.size, 0),
      waitingTickets: queue.tickets.length,
      longestWaitMs: queue.tickets.reduce((longest, t) => Math.max(longest, queue.nowMs - t.waitStartMs), 0),
      simulations: simulations.length,
      openMatches: openMatches.length,
    };
    // Whom no session can be asked about cannot be seated: no match is started in vain.
    if (performance.now() < this.#sessionsAwayUntilMs) return;

    const decisions = form(
      { nowMs: queue.nowMs, tickets: queue.tickets, openMatches, simulations: links.loads() },
      rules,
    );
    for (const decision of decisions) {
      if (this.#placements.size >= placementsMax) return; // the rest is the next turn's
      const placement = this.#place(decision).finally(() => this.#placements.delete(placement));
      this.#placements.add(placement);
    }
  }

  async #place(decision: Decision): Promise<void> {
    const { counters, log, callMs } = this.#options;
    const onSessionFailure = () => {
      this.#sessionsAwayUntilMs = performance.now() + callMs;
    };
    try {
      const outcome = await place(decision, { ...this.#options, onSessionFailure }, this.#stop.signal);
      counters.add(counterOf(outcome, decision));
    } catch (error) {
      counters.add('matchmaking.placements_failed');
      if (!away(error)) log.error({ err: error }, 'a placement failed');
    }
  }
}

function counterOf(outcome: PlacementOutcome, decision: Decision): DirectorCounter {
  switch (outcome) {
    case 'placed':
      return decision.kind === 'create' ? 'matchmaking.matches_placed' : 'matchmaking.drop_ins_placed';
    case 'claim-lost':
      return 'matchmaking.claims_lost';
    case 'abandoned':
      return 'matchmaking.placements_abandoned';
    case 'refused':
      return 'matchmaking.placements_refused';
    case 'sessions-away':
      return 'matchmaking.placements_without_sessions';
  }
}

/** Redis is away: expected, told once by its connection. */
const away = (error: unknown) => error instanceof ServiceError && error.status === Status.UNAVAILABLE;
