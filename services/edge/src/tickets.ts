import { type MatchRef, type Member, TicketStatus_State } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import type { Collections } from '@clew/service-kit/collections';
import type { MatchmakingPeer } from './peers.ts';

/**
 * The tickets of this edge's players. A ticket is a lease that the edge keeps alive by asking, in one batch, where all of
 * them stand; the answers carry places and seats.
 *
 * K1 A ticket is here only while its holder is: whoever holds disposes. Nobody renews it then, and it runs out.
 * K2 One question is under way at a time, for a second at most, and none while there are no tickets: without holders
 *    nothing is left to dispose of.
 */
export interface TicketHolder {
  /** Nobody waits any more: then it should hold no ticket (M6). */
  readonly isOver: boolean;
  /** 1 is the next. */
  ticketWaits(place: number, waiting: number): void;
  /** Its seats are reserved; the ticket is not asked for any more. */
  ticketAssigned(match: MatchRef): void;
  /** It ran out or was lost; the ticket is not asked for any more. */
  ticketGone(): void;
}

export interface TicketsOptions {
  readonly matchmaking: MatchmakingPeer;
  readonly collections: Collections;
  readonly bound: number;
  readonly pollMs: number;
  readonly callMs: number;
}

const batchMax = 1_000;
/** Far below a ticket's lease: a renewal that hangs must leave time for the next. */
const renewMsMax = 1_000;

export class Tickets {
  readonly #options: TicketsOptions;
  readonly #holders: Map<string, TicketHolder>;
  #isPolling = false;

  constructor(options: TicketsOptions) {
    this.#options = options;
    this.#holders = options.collections.map('edge.tickets', {
      bound: options.bound,
      orphans: () => [...this.#holders.values()].filter((holder) => holder.isOver).length,
    });
  }

  /** Gets the player's ticket: a new one, or the one that waits already. Throws what the call throws. */
  async create(member: Member, requestId: string, front: boolean, signal: AbortSignal): Promise<string> {
    const request = { members: [member], requestId, front };
    const { ticketId } = await this.#options.matchmaking.createTicket(request, {
      deadline: this.#options.callMs,
      signal,
    });
    return ticketId;
  }

  /** Keeps a ticket alive and tells the holder where it stands, until disposed. */
  hold(ticketId: string, holder: TicketHolder): Disposable {
    this.#holders.set(ticketId, holder);
    this.#schedule();
    return {
      [Symbol.dispose]: () => {
        if (this.#holders.get(ticketId) === holder) this.#holders.delete(ticketId); // K1
      },
    };
  }

  /**
   * Takes a ticket out of the queue. When it is being placed just now it is kept in sight: `assigned` tells of the seat
   * that nobody wants any more; until disposed. Throws what the call throws.
   */
  async withdraw(ticketId: string, assigned: (match: MatchRef) => void): Promise<Disposable | undefined> {
    const { matchmaking, callMs } = this.#options;
    const { cancelled } = await matchmaking.cancelTicket({ ticketId }, { deadline: callMs });
    if (cancelled) return undefined;
    return this.hold(ticketId, {
      isOver: false,
      ticketWaits: () => void matchmaking.cancelTicket({ ticketId }, { deadline: callMs }).catch(() => {}),
      ticketAssigned: assigned,
      ticketGone: () => {},
    });
  }

  #schedule(): void {
    if (this.#isPolling || this.#holders.size === 0) return; // K2
    this.#isPolling = true;
    setTimeout(() => void this.#ask(), this.#options.pollMs);
  }

  async #ask(): Promise<void> {
    const tickets = [...this.#holders.keys()];
    for (let first = 0; first < tickets.length; first += batchMax)
      await this.#renew(tickets.slice(first, first + batchMax));
    this.#isPolling = false;
    this.#schedule();
  }

  async #renew(ticketIds: string[]): Promise<void> {
    const holders = ticketIds.map((ticketId) => this.#holders.get(ticketId));
    const { callMs, matchmaking } = this.#options;
    const deadline = Math.min(callMs, renewMsMax);
    const answer = await matchmaking.renewTickets({ ticketIds }, { deadline }).catch(() => undefined);
    for (const [index, { state, place, waiting, match }] of (answer?.tickets ?? []).entries()) {
      const ticketId = ticketIds[index];
      const holder = holders[index];
      if (ticketId === undefined || holder === undefined || this.#holders.get(ticketId) !== holder) continue;
      if (state === TicketStatus_State.STATE_WAITING) {
        holder.ticketWaits(place, waiting);
      } else if (state === TicketStatus_State.STATE_ASSIGNED && match !== undefined) {
        this.#holders.delete(ticketId);
        holder.ticketAssigned(match);
      } else if (state === TicketStatus_State.STATE_GONE) {
        this.#holders.delete(ticketId);
        holder.ticketGone();
      }
    }
  }
}
