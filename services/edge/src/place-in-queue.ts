import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { MatchRef, Member } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import { backoffMs } from '@clew/service-kit/backoff';
import { ServiceError } from '@clew/service-kit/service-error';
import { type OpenSpan, within } from '@clew/service-kit/telemetry/tracing';
import { Status } from 'nice-grpc-common';
import type { Errands } from './errands.ts';
import type { MatchmakingPeer } from './peers.ts';
import type { TicketHolder, Tickets } from './tickets.ts';

/**
 * One player's wait for a match: from asking for a ticket until a seat is assigned, or nobody waits any more.
 *
 *     asking ⇄ holding ─► over
 *
 * Q1 A ticket that ran out or was lost is asked for again: the player still waits.
 * Q2 Disposing leaves the ticket to its lease: who comes back within it keeps the place. `withdraw` and `abandon` take it
 *    out of the queue.
 * Q3 The holder hears one end, once: assigned or failed. Nothing after it, nothing after the wait was given up.
 */
export interface PlaceHolder {
  /** Whether the player can be told now; if not, the place is told later. */
  readerSlow(): boolean;
  /** The place is new, or changed. */
  placeChanged(ticketId: string, place: number, waiting: number): void;
  placeAssigned(match: MatchRef): void;
  /** There is no ticket to be had. */
  placeFailed(): void;
}

export interface PlaceServices {
  readonly tickets: Tickets;
  readonly matchmaking: MatchmakingPeer;
  readonly errands: Errands;
}

export interface PlaceRequest {
  readonly member: Member;
  readonly requestId: string;
  /** In front of everybody: the match was lost. */
  readonly front: boolean;
  /** Goes on asking while matchmaking is away: it is not the player who asks. */
  readonly insist: boolean;
  /** What asked for it: the first question belongs to its trace. */
  readonly span: OpenSpan | undefined;
}

type PlaceLife =
  | { readonly phase: 'asking' }
  | { readonly phase: 'holding'; readonly ticketId: string; readonly hold: Disposable }
  | { readonly phase: 'over' };

const retryFirstMs = 100;
const retryLongestMs = 1_000;

export class PlaceInQueue implements TicketHolder, Disposable {
  readonly #holder: PlaceHolder;
  readonly #services: PlaceServices;
  readonly #member: Member;
  readonly #stop = new AbortController();
  #life: PlaceLife = { phase: 'asking' };
  #ticket: Promise<string>;
  #told = { place: 0, waiting: 0 };

  /** Asks at once. */
  constructor(request: PlaceRequest, holder: PlaceHolder, services: PlaceServices) {
    this.#holder = holder;
    this.#services = services;
    this.#member = request.member;
    this.#ticket = this.#ask(request);
    this.#ticket.catch(() => {}); // the holder hears it
  }

  get isOver(): boolean {
    return this.#life.phase === 'over';
  }

  /** The ticket's id. Rejects with what matchmaking refused, or its absence. */
  get ticket(): Promise<string> {
    return this.#ticket;
  }

  /**
   * Gives the wait up, and resolves when the ticket is out of the queue. If it is being placed just now, `assigned` hears
   * of the seat that nobody wants any more, until what is returned is disposed.
   */
  async withdraw(assigned: (match: MatchRef) => void): Promise<Disposable | undefined> {
    const ticket = this.#ticket;
    this.#finish();
    const ticketId = await ticket.catch(() => undefined);
    if (ticketId === undefined) return undefined;
    try {
      return await this.#services.tickets.withdraw(ticketId, assigned);
    } catch {
      this.#cancelLater(ticketId);
      return undefined;
    }
  }

  /** Gives the wait up for a player whose session is over. */
  abandon(): void {
    if (this.#life.phase === 'holding') this.#cancelLater(this.#life.ticketId);
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#finish();
    this.#stop.abort();
  }

  ticketWaits(place: number, waiting: number): void {
    if (this.#life.phase !== 'holding' || this.#holder.readerSlow()) return;
    if (this.#told.place === place && this.#told.waiting === waiting) return;
    this.#told = { place, waiting };
    this.#holder.placeChanged(this.#life.ticketId, place, waiting);
  }

  ticketAssigned(match: MatchRef): void {
    if (this.#life.phase !== 'holding') return;
    this.#finish(); // Q3
    this.#holder.placeAssigned(match);
  }

  ticketGone(): void {
    if (this.#life.phase !== 'holding') return;
    this.#life = { phase: 'asking' };
    this.#ticket = this.#ask({
      member: this.#member,
      requestId: randomUUID(),
      front: false,
      insist: true,
      span: undefined,
    }); // Q1
    this.#ticket.catch(() => {});
  }

  async #ask(request: PlaceRequest): Promise<string> {
    try {
      const ticketId = await this.#asked(request);
      if (this.#life.phase === 'asking') {
        this.#life = { phase: 'holding', ticketId, hold: this.#services.tickets.hold(ticketId, this) };
      }
      return ticketId;
    } catch (thrown) {
      if (this.#life.phase === 'asking') {
        this.#finish(); // Q3
        this.#holder.placeFailed();
      }
      throw thrown;
    }
  }

  async #asked({ member, requestId, front, insist, span }: PlaceRequest): Promise<string> {
    const { signal } = this.#stop;
    for (let attempt = 0; ; attempt++) {
      try {
        return await within(span, () => this.#services.tickets.create(member, requestId, front, signal));
      } catch (thrown) {
        const isAway = ServiceError.from(thrown).status === Status.UNAVAILABLE;
        if (!insist || !isAway || this.#life.phase !== 'asking') throw thrown;
      }
      await wait(backoffMs(attempt, retryFirstMs, retryLongestMs), undefined, { signal });
    }
  }

  #finish(): void {
    const life = this.#life;
    this.#life = { phase: 'over' };
    if (life.phase === 'holding') life.hold[Symbol.dispose]();
  }

  #cancelLater(ticketId: string): void {
    const { errands, matchmaking } = this.#services;
    errands.run((options) => matchmaking.cancelTicket({ ticketId }, options));
  }
}
