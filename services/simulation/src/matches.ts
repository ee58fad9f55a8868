import { randomInt } from 'node:crypto';
import type { OpenMatch } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import type { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import type { Collections } from '@clew/service-kit/collections';
import { JOURNAL_TICKS } from '@clew/service-kit/journal';
import type { Log } from '@clew/service-kit/log';
import { exhausted, ServiceError, unavailable } from '@clew/service-kit/service-error';
import { Status } from 'nice-grpc-common';
import { InputBoard } from './input-board.ts';
import { WAITING_MAX } from './input-queue.ts';
import { decodeRecord } from './journal-record.ts';
import { Match, type MatchSurroundings } from './match.ts';
import { isOpen } from './open-match.ts';
import type { Player, SeatState } from './seat.ts';
import { type Clock, PHASES } from './tick-loop.ts';

export interface MatchesOptions extends Omit<MatchSurroundings, 'admissions' | 'board'> {
  readonly clock: Clock;
  readonly collections: Collections;
  readonly log: Log;
  /** Most matches. */
  readonly matchesMax: number;
  /** Hears of each match that is gone, once. */
  readonly onGone: (match: Match) => void;
}

/**
 * With fewer seats in it a phase takes the next match. A phase costs a wake-up and a message to each edge, whatever is in it;
 * on a process that has little to do these cost far more than the matches themselves.
 */
const PHASE_SEATS_MIN = 256;
/** Phases in the order in which they get matches: those that are in use lie apart. */
const FILLED_IN_TURN = [0, 2, 4, 1, 3];
/** Most open matches that are told to matchmaking at once. */
const OPEN_MAX = 64;

/**
 * The matches of this process. Each ticks in one phase of the loop: few matches share a phase, many are spread evenly over
 * all of them.
 */
export class Matches {
  readonly #options: MatchesOptions;
  readonly #surroundings: MatchSurroundings;
  /** Where inputs are noted as they come. */
  readonly board = new InputBoard();
  readonly #byId: Map<string, Match>;
  readonly #phases: readonly Match[][] = Array.from({ length: PHASES }, () => []);
  #draining = false;
  readonly #allOver = Promise.withResolvers<void>();

  constructor(options: MatchesOptions) {
    this.#options = options;
    const { collections, counters, matchesMax, rules } = options;
    const admissions = {
      waiting: counters.of('simulation.inputs_waiting'),
      late: counters.of('simulation.inputs_late'),
      repeated: counters.of('simulation.inputs_repeated'),
      early: counters.of('simulation.inputs_early'),
    };
    this.#surroundings = { ...options, admissions, board: this.board };
    this.#byId = collections.map('simulation.matches', {
      bound: matchesMax,
      orphans: () => this.#sum((match) => Number(!match.isLive || match.leaseDenied)),
    });
    const seatsMax = matchesMax * rules.seats;
    collections.register('simulation.seats', { bound: seatsMax }, () => this.#sum(({ seating }) => seating.taken));
    const orphans = () => this.board.size - this.seats().attached;
    collections.register('simulation.input_lines', { bound: seatsMax, orphans }, () => this.board.size);
    collections.register('simulation.waiting_inputs', { bound: seatsMax * WAITING_MAX }, () =>
      this.#sum(waitingInputs),
    );
    collections.register('simulation.journal_ticks', { bound: matchesMax * JOURNAL_TICKS }, () =>
      this.#sum((match) => match.journal.size),
    );
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Match | undefined {
    return this.#byId.get(id);
  }

  [Symbol.iterator](): MapIterator<Match> {
    return this.#byId.values();
  }

  /** No new matches and players from now on. */
  drain(): void {
    this.#draining = true;
    if (this.size === 0) this.#allOver.resolve();
  }

  /** Once they drain: resolves when the last of them is over. */
  over(): Promise<void> {
    return this.#allOver.promise;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /**
   * Starts a match with reserved seats; one that runs already under that id goes on, under the higher epoch. Throws
   * RESOURCE_EXHAUSTED: SIMULATION_FULL at the bound, MATCH_FULL when there are more players than seats.
   */
  create(id: string, epoch: number, players: readonly Readonly<Player>[]): Match {
    const { clock, counters, matchesMax } = this.#options;
    const known = this.#byId.get(id);
    if (known !== undefined) {
      known.epoch = Math.max(known.epoch, epoch);
      return this.reserve(id, players);
    }
    this.#refuseWhileDraining();
    if (this.#byId.size >= matchesMax) throw exhausted('SIMULATION_FULL', 'no room for another match here', 1_000);
    const nowMs = clock();
    const match = new Match(id, epoch, randomInt(2 ** 48 - 1), this.#surroundings);
    if (!match.seating.reserve(players, nowMs)) throw matchFull();
    this.#byId.set(id, match);
    this.#choosePhase().push(match);
    counters.add('simulation.matches_created');
    return match;
  }

  /** Reserves seats in a running match, all or none. Throws NOT_FOUND, MATCH_UNKNOWN; RESOURCE_EXHAUSTED, MATCH_FULL. */
  reserve(id: string, players: readonly Readonly<Player>[]): Match {
    const match = this.#byId.get(id);
    if (match?.state.kind !== 'running') {
      throw new ServiceError(Status.NOT_FOUND, 'MATCH_UNKNOWN', 'no such match runs here');
    }
    this.#refuseWhileDraining();
    if (!match.seating.reserve(players, this.#options.clock())) throw matchFull();
    return match;
  }

  /** Whether a phase has no matches. */
  isIdle(phase: number): boolean {
    return this.#phases[phase]!.length === 0;
  }

  /** One tick of the matches of a phase. */
  tickPhase(phase: number, scheduledMs: number): void {
    const matches = this.#phases[phase]!;
    for (let at = matches.length - 1; at >= 0; at--) {
      const match = matches[at]!;
      match.tick(scheduledMs);
      if (!match.isLive) this.#remove(match);
    }
    this.#options.counters.add('simulation.ticks', matches.length);
  }

  /** Ends a match from outside. */
  end(match: Match, reason: Closed_Reason): void {
    match.end(reason);
    this.#remove(match);
  }

  /** The process stops: its matches end with it. */
  endAll(reason: Closed_Reason): void {
    for (const match of [...this.#byId.values()]) this.end(match, reason);
  }

  /** Those that players may drop in to. */
  open(): OpenMatch[] {
    const open: OpenMatch[] = [];
    if (this.#draining) return open;
    for (const match of this) {
      if (open.length === OPEN_MAX) break;
      if (isOpen(match)) open.push({ matchId: match.id, seats: match.seating.free });
    }
    return open;
  }

  /** How many seats are in which state. */
  seats(): Record<SeatState['kind'], number> {
    const seats = { bot: 0, reserved: 0, attached: 0, detached: 0 };
    for (const match of this) for (const { state } of match.seating.seats) seats[state.kind]++;
    return seats;
  }

  #choosePhase(): Match[] {
    const matchesMin = PHASE_SEATS_MIN / this.#options.rules.seats;
    const phases = FILLED_IN_TURN.map((phase) => this.#phases[phase]!);
    const sparse = phases.find(({ length }) => length < matchesMin);
    return sparse ?? phases.reduce((least, phase) => (phase.length < least.length ? phase : least));
  }

  #remove(match: Match): void {
    const { counters, log, onGone } = this.#options;
    if (!this.#byId.delete(match.id)) return;
    if (this.#draining && this.size === 0) this.#allOver.resolve();
    for (const matches of this.#phases) {
      const at = matches.indexOf(match);
      if (at < 0) continue;
      matches[at] = matches.at(-1)!;
      matches.pop();
    }
    if (match.state.kind === 'failed') {
      counters.add('simulation.matches_failed');
      const { seed, rules, tick } = match.world;
      const failure = { seed, rules, tick, journal: match.journal.records().map(decodeRecord) };
      log.error({ err: match.state.cause, match: match.id, failure }, 'a match failed and ended');
    } else counters.add('simulation.matches_ended');
    onGone(match);
  }

  #refuseWhileDraining(): void {
    if (this.#draining) throw unavailable('SIMULATION_DRAINING', 'this simulation is about to stop', 1_000);
  }

  #sum(of: (match: Match) => number): number {
    let sum = 0;
    for (const match of this) sum += of(match);
    return sum;
  }
}

const matchFull = () => exhausted('MATCH_FULL', 'not enough free seats in the match', 1_000);

function waitingInputs(match: Match): number {
  let waiting = 0;
  for (const seat of match.seating.seats) waiting += seat.channel?.inputs.size ?? 0;
  return waiting;
}
