import type { Input } from '../gen/clew/play/v1/frame.ts';

/**
 * The inputs in a TrunkRequest, as simulation.proto tells: rows of nine numbers. They come 20 times a second from every
 * player; decoded into objects they would be a fifth of a simulation's work. Those in a JournalRecord name a seat where these
 * name a channel.
 */
export const INPUT_COLUMNS = 9;
/** Added to what may be negative. */
const STRENGTH_ZERO = 127;
const UINT32_MAX = 0xffff_ffff;

/** Appends an input that came on a channel and was held so long; its ranges were checked. */
export function pushInput(rows: number[], channel: number, input: Input, heldMs: number): void {
  const { sequence, tick, forward, strafe, heading, buttons, lag } = input;
  rows.push(channel, sequence, tick, forward + STRENGTH_ZERO, strafe + STRENGTH_ZERO, heading, buttons);
  rows.push(lag === undefined ? 0 : Math.min(lag + 1, UINT32_MAX), heldMs);
}

/** The rows of inputs that came on one channel. */
export function rowsOf(channel: number, inputs: readonly Input[], heldMs = 0): number[] {
  const rows: number[] = [];
  for (const input of inputs) pushInput(rows, channel, input, heldMs);
  return rows;
}

/** The input in the row that begins at `at`. */
export function inputAt(rows: ArrayLike<number>, at: number): Input {
  const lag = rows[at + 7]!;
  return {
    sequence: rows[at + 1]!,
    tick: rows[at + 2]!,
    forward: rows[at + 3]! - STRENGTH_ZERO,
    strafe: rows[at + 4]! - STRENGTH_ZERO,
    heading: rows[at + 5]!,
    buttons: rows[at + 6]!,
    lag: lag === 0 ? undefined : lag - 1,
  };
}

export const channelAt = (rows: ArrayLike<number>, at: number): number => rows[at]!;
export const sequenceAt = (rows: ArrayLike<number>, at: number): number => rows[at + 1]!;
export const tickAt = (rows: ArrayLike<number>, at: number): number => rows[at + 2]!;
export const heldMsAt = (rows: ArrayLike<number>, at: number): number => rows[at + 8]!;
