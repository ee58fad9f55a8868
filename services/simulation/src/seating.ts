import { emptyRecord, type JournalRecord, type SeatInput } from '@clew/maze';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import type { Counters } from '@clew/service-kit/counters';
import { Audience, Channel, type TrunkWriter } from './audience.ts';
import type { CounterName } from './counter-names.ts';
import type { InputBoard } from './input-board.ts';
import type { Admissions } from './input-queue.ts';
import { type Player, type RecordDraft, Seat } from './seat.ts';

export interface SeatLimits {
  /** A reserved seat that nobody attached by then is freed. */
  readonly reservedMs: number;
  /** After this a detached seat's session is asked for. */
  readonly detachedMs: number;
}

export type AttachOutcome =
  | { readonly kind: 'attached'; readonly channel: Channel }
  | { readonly kind: 'refused'; readonly reason: Closed_Reason };

/**
 * Who sits in a match, and who watches it through which trunk. Every channel leads to one seat and is in one audience;
 * it leaves both together, and who did not close it himself is told.
 */
export class Seating {
  readonly seats: readonly Seat[];
  /** M3: at most one per seat: each has a channel, which leads to a seat of its own. */
  readonly #audiences: Audience[] = [];
  readonly #limits: SeatLimits;
  readonly #counters: Counters<CounterName>;
  readonly #admissions: Admissions;
  readonly #board: InputBoard;
  /** Some seat changed since the last record. */
  #changed = false;

  constructor(
    seats: number,
    limits: SeatLimits,
    counters: Counters<CounterName>,
    admissions: Admissions,
    board: InputBoard,
  ) {
    this.seats = Array.from({ length: seats }, (_, number) => new Seat(number));
    this.#limits = limits;
    this.#counters = counters;
    this.#admissions = admissions;
    this.#board = board;
  }

  get audiences(): readonly Audience[] {
    return this.#audiences;
  }

  /** Seats that are the bots'. */
  get free(): number {
    let free = 0;
    for (const seat of this.seats) if (seat.state.kind === 'bot') free++;
    return free;
  }

  /** Seats that are players'. */
  get taken(): number {
    return this.seats.length - this.free;
  }

  /** No seat is a player's. */
  get isEmpty(): boolean {
    return this.seats.every(({ state }) => state.kind === 'bot');
  }

  seatOf(playerId: string): Seat | undefined {
    return this.seats.find((seat) => seat.player?.playerId === playerId);
  }

  /** Keeps a seat for each, or none for anybody: false when there are not enough. Who has one keeps it. */
  reserve(players: readonly Readonly<Player>[], nowMs: number): boolean {
    const coming = players.filter(({ playerId }) => this.seatOf(playerId) === undefined);
    if (coming.length > this.free) return false;
    for (const player of players) {
      const seat = this.seatOf(player.playerId) ?? this.seats.find(({ state }) => state.kind === 'bot')!;
      seat.reserve(player, nowMs + this.#limits.reservedMs);
    }
    this.#counters.add('simulation.seats_reserved', coming.length);
    this.#changed = true;
    return true;
  }

  /** A player's stream opened: the seat is its channel's from now on. */
  attach(trunk: TrunkWriter, number: number, playerId: string, sessionEpoch: number): AttachOutcome {
    const seat = this.seatOf(playerId);
    if (seat === undefined) return { kind: 'refused', reason: Closed_Reason.REASON_SEAT_UNKNOWN };
    if (!seat.admits(sessionEpoch)) return { kind: 'refused', reason: Closed_Reason.REASON_REPLACED }; // S1
    if (seat.channel !== undefined) this.#close(seat.channel, Closed_Reason.REASON_REPLACED); // S2
    const channel = new Channel(number, seat.number, this.#audienceOf(trunk), this.#board);
    channel.audience.channels.push(channel);
    seat.attach(channel, sessionEpoch);
    this.#changed = true;
    return { kind: 'attached', channel };
  }

  /** A channel is gone; the seat stays, unless its player gives it up. */
  detach(channel: Channel, leave: boolean, nowMs: number): void {
    this.#drop(channel);
    const seat = this.seats[channel.seat];
    if (seat?.channel !== channel) return;
    this.#changed = true;
    if (leave) {
      seat.free();
      this.#counters.add('simulation.seats_left');
    } else seat.detach(nowMs + this.#limits.detachedMs);
  }

  /** The seat is the bot's again; a channel that leads to it is told. */
  evict(seat: Seat, reason: Closed_Reason): void {
    if (seat.channel !== undefined) this.#close(seat.channel, reason);
    seat.free();
    this.#changed = true;
    this.#counters.add('simulation.seats_freed');
  }

  /** Frees the seats that were reserved and not attached in time. */
  evictUnused(nowMs: number): void {
    for (const seat of this.seats) {
      if (seat.state.kind !== 'reserved' || seat.state.deadlineMs > nowMs) continue;
      this.evict(seat, Closed_Reason.REASON_SEAT_UNKNOWN);
    }
  }

  /** All seats are free, all channels told why. */
  clear(reason: Closed_Reason): void {
    for (const seat of this.seats) {
      if (seat.channel !== undefined) this.#close(seat.channel, reason);
      seat.free();
    }
  }

  /** All that came from outside for a tick, which is due at `dueMs`. */
  record(tick: number, dueMs: number): JournalRecord {
    const inputs = this.#takeInputs(tick, dueMs);
    if (!this.#changed) return inputs.length === 0 ? emptyRecord : { ...emptyRecord, inputs };
    this.#changed = false;
    const record: RecordDraft = { inputs, joins: [], leaves: [], detaches: [], attaches: [] };
    for (const seat of this.seats) seat.tell(record);
    return record;
  }

  #takeInputs(tick: number, dueMs: number): SeatInput[] {
    const taken: SeatInput[] = [];
    for (const { channels } of this.#audiences) {
      for (const { inputs } of channels) {
        const input = this.#board.input(taken.length);
        if (inputs.take(input, tick, dueMs, this.#admissions)) taken.push(input);
      }
    }
    return taken;
  }

  #audienceOf(trunk: TrunkWriter): Audience {
    const known = this.#audiences.find((audience) => audience.trunk === trunk);
    if (known !== undefined) return known;
    const audience = new Audience(trunk);
    this.#audiences.push(audience);
    return audience;
  }

  #close(channel: Channel, reason: Closed_Reason): void {
    this.#drop(channel);
    channel.audience.trunk.close(channel.number, reason);
  }

  #drop(channel: Channel): void {
    channel.inputs.close();
    channel.audience.remove(channel);
    if (channel.audience.channels.length > 0) return;
    const place = this.#audiences.indexOf(channel.audience);
    if (place >= 0) this.#audiences.splice(place, 1);
  }
}
