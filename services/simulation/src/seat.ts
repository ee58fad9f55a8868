import type { Join, SeatInput } from '@clew/maze';
import type { Channel } from './audience.ts';

/**
 * A seat: a place in a match, the bot's until a player gets it.
 *
 *     bot → reserved → attached ⇄ detached
 *      ↑________|__________|_________|        leave, session over, reservation not used
 *
 * S1 Whoever comes with a lower session epoch than the seat has seen is refused; the same or a higher one takes it.
 * S2 A seat has one channel at most; taking it closes the one before.
 * S3 The rules hear of changes once per tick, as the difference to what they heard last: however often a connection came
 *    and went within a tick, the record tells where it ended.
 */
export type SeatState =
  | { readonly kind: 'bot' }
  | { readonly kind: 'reserved'; readonly player: Player; readonly deadlineMs: number }
  | { readonly kind: 'attached'; readonly player: Player; readonly channel: Channel }
  | { readonly kind: 'detached'; readonly player: Player; readonly deadlineMs: number };

/** Who holds a seat. One object for as long as he does. */
export interface Player {
  readonly playerId: string;
  /** Only grows. */
  sessionEpoch: number;
  displayName: string;
}

/** A journal record being written. */
export interface RecordDraft {
  readonly inputs: SeatInput[];
  readonly joins: Join[];
  readonly leaves: number[];
  readonly detaches: number[];
  readonly attaches: number[];
}

const bot: SeatState = { kind: 'bot' };

export class Seat {
  readonly number: number;
  #state: SeatState = bot;
  /** What the rules heard of last (S3). */
  #toldPlayer: Player | undefined;
  #toldName = '';
  #toldChannel: Channel | undefined;

  constructor(number: number) {
    this.number = number;
  }

  get state(): SeatState {
    return this.#state;
  }

  get player(): Player | undefined {
    return this.#state.kind === 'bot' ? undefined : this.#state.player;
  }

  get channel(): Channel | undefined {
    return this.#state.kind === 'attached' ? this.#state.channel : undefined;
  }

  /** Keeps the seat for a player. Whoever has it already keeps it as it is, under the higher epoch and the new name. */
  reserve({ playerId, sessionEpoch, displayName }: Readonly<Player>, deadlineMs: number): void {
    const { player } = this;
    if (player?.playerId !== playerId) {
      this.#state = { kind: 'reserved', player: { playerId, sessionEpoch, displayName }, deadlineMs };
      return;
    }
    player.sessionEpoch = Math.max(player.sessionEpoch, sessionEpoch);
    player.displayName = displayName;
    if (this.#state.kind === 'reserved') this.#state = { ...this.#state, deadlineMs };
  }

  /** Whether somebody of this epoch may take the seat (S1). */
  admits(sessionEpoch: number): boolean {
    const { player } = this;
    return player !== undefined && sessionEpoch >= player.sessionEpoch;
  }

  /** The player is there; the caller has closed the channel before (S2). */
  attach(channel: Channel, sessionEpoch: number): void {
    const { player } = this;
    if (player === undefined) throw new Error('nobody holds the seat');
    player.sessionEpoch = sessionEpoch;
    this.#state = { kind: 'attached', player, channel };
  }

  /** The player's connection is gone, the seat stays. */
  detach(deadlineMs: number): void {
    const { player } = this;
    if (player !== undefined) this.#state = { kind: 'detached', player, deadlineMs };
  }

  /** The bot's again. */
  free(): void {
    this.#state = bot;
  }

  /** Writes down what changed since the last tick (S3). */
  tell(record: RecordDraft): void {
    const { player, channel, number } = this;
    if (player !== this.#toldPlayer) {
      if (this.#toldPlayer !== undefined) record.leaves.push(number);
      if (player !== undefined) {
        record.joins.push({ seat: number, displayName: player.displayName });
        if (channel === undefined) record.detaches.push(number);
      }
    } else if (player !== undefined) {
      if (player.displayName !== this.#toldName) {
        record.joins.push({ seat: number, displayName: player.displayName });
      }
      if (channel !== this.#toldChannel) {
        if (this.#toldChannel !== undefined) record.detaches.push(number);
        if (channel !== undefined) record.attaches.push(number);
      }
    }
    this.#toldPlayer = player;
    this.#toldName = player?.displayName ?? '';
    this.#toldChannel = channel;
  }
}
