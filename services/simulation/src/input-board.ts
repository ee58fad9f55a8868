import type { Mutable, SeatInput } from '@clew/maze';
import { INPUT_COLUMNS } from '@clew/protocol/input-rows';

/** Columns of a line: the row of the first input that came since the last tick, then what its queue knows. */
export const CAME_MS = INPUT_COLUMNS;
export const OFFERED = INPUT_COLUMNS + 1;
export const WAITING = INPUT_COLUMNS + 2;
export const NEWEST = INPUT_COLUMNS + 3;
export const MARGIN_MS = INPUT_COLUMNS + 4;
export const LATE = INPUT_COLUMNS + 5;
export const UNREPORTED = INPUT_COLUMNS + 6;
/** 64 bytes: what the processor reads of memory at a time. */
const LINE_COLUMNS = INPUT_COLUMNS + 7;
const LINES_MIN = 64;

/**
 * What all queues of the process note of inputs, a line for each in one memory. They are two thousand, come in any order, and
 * each is looked at twice a tick: as objects and lists of their own that was a sixth of a simulation's work, all of it waiting
 * for memory.
 */
export class InputBoard {
  /** M3: a line per channel, as many as were ever open at once, within a factor of two; counted as simulation.input_lines. */
  #numbers = new Uint32Array(LINES_MIN * LINE_COLUMNS);
  #lines = 0;
  /** M3: lines that are nobody's. */
  readonly #free: number[] = [];
  /** M3: as many as one match ever had in a tick. */
  readonly #inputs: Mutable<SeatInput>[] = [];

  /** Where the columns of all lines are, until the next `claim`. */
  get numbers(): Uint32Array {
    return this.#numbers;
  }

  /** Lines that are somebody's. */
  get size(): number {
    return this.#lines - this.#free.length;
  }

  /** A line of zeros: where its columns begin. */
  claim(): number {
    const line = this.#free.pop() ?? this.#append();
    this.#numbers.fill(0, line, line + LINE_COLUMNS);
    return line;
  }

  release(line: number): void {
    this.#free.push(line);
  }

  /** Notes what nearly always comes: an input of a queue that has none. False: it has some, and must be asked itself. */
  note(line: number, rows: ArrayLike<number>, at: number, nowMs: number): boolean {
    const numbers = this.#numbers;
    if ((numbers[line + OFFERED]! | numbers[line + WAITING]!) !== 0) return false;
    this.write(line, rows, at, nowMs);
    return true;
  }

  /** Writes the input in the row that begins at `at` as the first since the last tick. */
  write(line: number, rows: ArrayLike<number>, at: number, nowMs: number): void {
    const numbers = this.#numbers;
    for (let column = 0; column < INPUT_COLUMNS; column++) numbers[line + column] = rows[at + column]!;
    numbers[line + CAME_MS] = nowMs;
    numbers[line + OFFERED] = 1;
  }

  /** The `index`-th of the inputs of a match's tick: an object for all matches, each of which is done with it before the next one. */
  input(index: number): Mutable<SeatInput> {
    return this.#inputs[index] ?? this.#another();
  }

  #another(): Mutable<SeatInput> {
    const input = { seat: 0, sequence: 0, tick: 0, forward: 0, strafe: 0, heading: 0, buttons: 0, lag: undefined };
    this.#inputs.push(input);
    return input;
  }

  #append(): number {
    const line = this.#lines * LINE_COLUMNS;
    this.#lines++;
    if (line < this.#numbers.length) return line;
    const larger = new Uint32Array(this.#numbers.length * 2);
    larger.set(this.#numbers);
    this.#numbers = larger;
    return line;
  }
}
