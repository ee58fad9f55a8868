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

/** Writes an input that came on a channel and was held so long into the row that begins at `at`; its ranges were checked. */
export function writeInput(rows: number[], at: number, channel: number, input: Readonly<Input>, heldMs: number): void {
  rows[at] = channel;
  rows[at + 1] = input.sequence;
  rows[at + 2] = input.tick;
  rows[at + 3] = input.forward + STRENGTH_ZERO;
  rows[at + 4] = input.strafe + STRENGTH_ZERO;
  rows[at + 5] = input.heading;
  rows[at + 6] = input.buttons;
  rows[at + 7] = input.lag === undefined ? 0 : Math.min(input.lag + 1, UINT32_MAX);
  rows[at + 8] = heldMs;
}

/** M3: the row under way. */
const row: number[] = [];

/** Encodes the same columns as numbers of a packed list. */
export function encodeInput(
  writer: { uint32(value: number): unknown },
  channel: number,
  input: Readonly<Input>,
  heldMs: number,
): void {
  writeInput(row, 0, channel, input, heldMs);
  for (let column = 0; column < INPUT_COLUMNS; column++) writer.uint32(row[column]!);
}

/** Appends an input. */
export function pushInput(rows: number[], channel: number, input: Readonly<Input>, heldMs: number): void {
  writeInput(rows, rows.length, channel, input, heldMs);
}

/** The rows of inputs that came on one channel. */
export function rowsOf(channel: number, inputs: readonly Input[], heldMs = 0): number[] {
  const rows: number[] = [];
  for (const input of inputs) pushInput(rows, channel, input, heldMs);
  return rows;
}

/** Reads the row that begins at `at` into an input. */
export function readInput(input: Input, rows: ArrayLike<number>, at: number): void {
  const lag = rows[at + 7]!;
  input.sequence = rows[at + 1]!;
  input.tick = rows[at + 2]!;
  input.forward = rows[at + 3]! - STRENGTH_ZERO;
  input.strafe = rows[at + 4]! - STRENGTH_ZERO;
  input.heading = rows[at + 5]!;
  input.buttons = rows[at + 6]!;
  input.lag = lag === 0 ? undefined : lag - 1;
}

/** The input in the row that begins at `at`. */
export function inputAt(rows: ArrayLike<number>, at: number): Input {
  const input = { sequence: 0, tick: 0, forward: 0, strafe: 0, heading: 0, buttons: 0, lag: undefined };
  readInput(input, rows, at);
  return input;
}

export const channelAt = (rows: ArrayLike<number>, at: number): number => rows[at]!;
export const sequenceAt = (rows: ArrayLike<number>, at: number): number => rows[at + 1]!;
export const tickAt = (rows: ArrayLike<number>, at: number): number => rows[at + 2]!;
export const heldMsAt = (rows: ArrayLike<number>, at: number): number => rows[at + 8]!;
