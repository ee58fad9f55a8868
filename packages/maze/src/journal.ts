import type { Input } from './input.ts';

/**
 * All that came from outside in one tick: the only thing besides the seed that a match depends on. Plain data, so that
 * it can be written down and played again.
 *
 * The order of entries within a list means nothing; only `inputs` may name a seat twice. Between the lists it is fixed: leaves, joins, detaches, attaches,
 * inputs. So one seat may be left and joined by somebody else in one tick, or joined and at once detached (reserved,
 * not yet there), or detached and attached again (a new connection took over). Where two changes of a seat within one
 * tick end differently (joined and left, attached and detached), whoever writes the record keeps only the last.
 */
export interface JournalRecord {
  readonly inputs: readonly SeatInput[];
  /** Seats that a player takes; attached, unless also in `detaches`. A taken seat only gets the new name. */
  readonly joins: readonly Join[];
  /** Seats that their players give up: the bot plays on. */
  readonly leaves: readonly number[];
  /** Seats whose players lost their connection: the avatar stands still. */
  readonly detaches: readonly number[];
  /** Seats whose players are back. The numbering of inputs begins anew where the seat was detached. */
  readonly attaches: readonly number[];
}

export interface SeatInput extends Input {
  readonly seat: number;
}

export interface Join {
  readonly seat: number;
  readonly displayName: string;
}

/** A tick in which nothing came. */
export const emptyRecord: JournalRecord = Object.freeze({
  inputs: Object.freeze([]),
  joins: Object.freeze([]),
  leaves: Object.freeze([]),
  detaches: Object.freeze([]),
  attaches: Object.freeze([]),
});
