import { type Mutable, type SeatInput, TICK_MS } from '@clew/maze';
import { heldMsAt, INPUT_COLUMNS, readInput, sequenceAt, tickAt } from '@clew/protocol/input-rows';
import { CAME_MS, type InputBoard, LATE, MARGIN_MS, NEWEST, OFFERED, UNREPORTED, WAITING } from './input-board.ts';

/** Inputs meant for a tick further ahead are dropped. */
export const EARLY_TICKS_MAX = 20;
/** Most inputs that wait; more are dropped. */
export const WAITING_MAX = 32;

/** What became of an input that was noted. */
export type Admission = 'waiting' | 'late' | 'repeated' | 'early';

/** Counts what became of inputs. */
export type Admissions = Readonly<Record<Admission, { add(): void }>>;

/** Of the inputs that are kept in rows: after an input's columns the time when it came. */
const COLUMNS = INPUT_COLUMNS + 1;

/**
 * The inputs of one connection, until their tick. What comes is only noted, and looked at by the next tick, when all of its
 * match is at hand. For what nearly always comes, one input a tick, there is a line on the board.
 */
export class InputQueue {
  readonly #seat: number;
  readonly #board: InputBoard;
  /** Where on the board its line is. */
  readonly line: number;
  #isOpen = true;
  /** What came after the first since the last tick. M3: at most WAITING_MAX together with those that wait; counted as simulation.waiting_inputs. */
  readonly #others: number[] = [];
  /** M3: at most WAITING_MAX rows, in order of their sequence. What lies behind those that wait is of no meaning. */
  readonly #waitingRows: number[] = [];

  constructor(board: InputBoard, seat: number) {
    this.#seat = seat;
    this.#board = board;
    this.line = board.claim();
  }

  get size(): number {
    return this.#get(OFFERED) + this.#get(WAITING);
  }

  /** Inputs that came too late for their tick; they count for the next one. */
  get late(): number {
    return this.#get(LATE);
  }

  /** How long before its tick the newest input came; negative when it was late. */
  get marginMs(): number {
    return this.#get(MARGIN_MS) | 0;
  }

  /** Whether inputs came since the margin was last reported. */
  get unreported(): boolean {
    return this.#get(UNREPORTED) !== 0;
  }

  reported(): void {
    this.#board.numbers[this.line + UNREPORTED] = 0;
  }

  /** Its line is somebody else's from now on. */
  close(): void {
    if (this.#isOpen) this.#board.release(this.line);
    this.#isOpen = false;
  }

  /** Notes the input in the row that begins at `at`. False: too many wait. */
  offer(rows: ArrayLike<number>, at: number, nowMs: number): boolean {
    if (this.size >= WAITING_MAX) return false;
    if (this.#get(OFFERED) === 0) {
      this.#board.write(this.line, rows, at, nowMs);
      return true;
    }
    this.#board.numbers[this.line + OFFERED]!++;
    for (let column = 0; column < INPUT_COLUMNS; column++) this.#others.push(rows[at + column]!);
    this.#others.push(nowMs);
    return true;
  }

  /**
   * Writes what to apply at `tick`, which is due at `dueMs`, if there is anything: of all that are due the one with the highest
   * sequence. Those below it are gone as well.
   */
  take(input: Mutable<SeatInput>, tick: number, dueMs: number, admissions: Admissions): boolean {
    const { numbers } = this.#board;
    const line = this.line;
    if (numbers[line + OFFERED]! > 0) {
      const isOnly = numbers[line + OFFERED]! + numbers[line + WAITING]! === 1;
      const isAdmitted = this.#admit(numbers, tick, dueMs, admissions);
      numbers[line + OFFERED] = 0;
      if (isOnly && isAdmitted && tickAt(numbers, line) <= tick) return this.#read(input, numbers, line); // nearly always
      if (isAdmitted) this.#keep(numbers);
      this.#admitOthers(numbers, tick, dueMs, admissions);
    }
    return numbers[line + WAITING]! > 0 && this.#takeWaiting(input, numbers, tick);
  }

  #get(column: number): number {
    return this.#board.numbers[this.line + column]!;
  }

  #read(input: Mutable<SeatInput>, rows: ArrayLike<number>, at: number): true {
    input.seat = this.#seat;
    readInput(input, rows, at);
    return true;
  }

  /** Whether what is noted counts, for a tick that is still to come or for this one. */
  #admit(numbers: Uint32Array, tick: number, dueMs: number, admissions: Admissions): boolean {
    const line = this.line;
    const sequence = sequenceAt(numbers, line);
    const early = tickAt(numbers, line) - tick;
    if (sequence <= numbers[line + NEWEST]! || early >= EARLY_TICKS_MAX) {
      (sequence <= numbers[line + NEWEST]! ? admissions.repeated : admissions.early).add();
      return false;
    }
    numbers[line + NEWEST] = sequence;
    numbers[line + MARGIN_MS] = Math.round(
      dueMs - numbers[line + CAME_MS]! + heldMsAt(numbers, line) + early * TICK_MS,
    );
    numbers[line + UNREPORTED] = 1;
    if (early < 0) numbers[line + LATE]!++;
    (early < 0 ? admissions.late : admissions.waiting).add();
    return true;
  }

  #admitOthers(numbers: Uint32Array, tick: number, dueMs: number, admissions: Admissions): void {
    if (this.#others.length === 0) return;
    for (let at = 0; at < this.#others.length; at += COLUMNS) {
      for (let column = 0; column < COLUMNS; column++) numbers[this.line + column] = this.#others[at + column]!;
      if (this.#admit(numbers, tick, dueMs, admissions)) this.#keep(numbers);
    }
    this.#others.length = 0;
  }

  #keep(numbers: Uint32Array): void {
    const to = numbers[this.line + WAITING]! * INPUT_COLUMNS;
    for (let column = 0; column < INPUT_COLUMNS; column++) {
      this.#waitingRows[to + column] = numbers[this.line + column]!;
    }
    numbers[this.line + WAITING]!++;
  }

  #takeWaiting(input: Mutable<SeatInput>, numbers: Uint32Array, tick: number): boolean {
    const rows = this.#waitingRows;
    const waiting = numbers[this.line + WAITING]!;
    let due = waiting;
    while (due > 0 && tickAt(rows, (due - 1) * INPUT_COLUMNS) > tick) due--;
    if (due === 0) return false;
    this.#read(input, rows, (due - 1) * INPUT_COLUMNS);
    if (due < waiting) rows.copyWithin(0, due * INPUT_COLUMNS, waiting * INPUT_COLUMNS);
    numbers[this.line + WAITING] = waiting - due;
    return true;
  }
}
