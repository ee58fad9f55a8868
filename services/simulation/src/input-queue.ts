import { type Mutable, type SeatInput, TICK_MS } from '@clew/maze';
import { heldMsAt, INPUT_COLUMNS, readInput, tickAt, writeInput } from '@clew/protocol/input-rows';

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
 * match is at hand: looking at each as it comes, out of two thousand in any order, was an eighth of a simulation's work, and
 * all of that waiting for memory. For the same reason there is one object for what nearly always comes, one input a tick.
 */
export class InputQueue {
  /** How many came since the last tick. */
  #offered = 0;
  /** The first of them … */
  readonly #noted: Mutable<SeatInput>;
  #heldMs = 0;
  #cameMs = 0;
  /** … and the others, in rows. M3: at most WAITING_MAX together with those that wait; counted as simulation.waiting_inputs. */
  readonly #others: number[] = [];
  /** How many of those that came before wait. */
  #waiting = 0;
  /** M3: at most WAITING_MAX rows, in order of their sequence. What lies behind those that wait is of no meaning. */
  readonly #waitingRows: number[] = [];
  #newest = 0;
  #marginMs = 0;
  #late = 0;
  #unreported = false;

  constructor(seat: number) {
    this.#noted = { seat, sequence: 0, tick: 0, forward: 0, strafe: 0, heading: 0, buttons: 0, lag: undefined };
  }

  get size(): number {
    return this.#offered + this.#waiting;
  }

  /** Inputs that came too late for their tick; they count for the next one. */
  get late(): number {
    return this.#late;
  }

  /** How long before its tick the newest input came; negative when it was late. */
  get marginMs(): number {
    return this.#marginMs;
  }

  /** Whether inputs came since the margin was last reported. */
  get unreported(): boolean {
    return this.#unreported;
  }

  reported(): void {
    this.#unreported = false;
  }

  /** Notes the input in the row that begins at `at`. False: too many wait. */
  offer(rows: readonly number[], at: number, nowMs: number): boolean {
    if (this.#offered + this.#waiting >= WAITING_MAX) return false;
    if (this.#offered === 0) this.#note(rows, at, nowMs);
    else {
      for (let column = 0; column < INPUT_COLUMNS; column++) this.#others.push(rows[at + column]!);
      this.#others.push(nowMs);
    }
    this.#offered++;
    return true;
  }

  /**
   * What to apply at `tick`, which is due at `dueMs`: of all that are due the one with the highest sequence. Those below it are
   * gone as well. The object is the queue's again when the next input comes.
   */
  take(tick: number, dueMs: number, admissions: Admissions): SeatInput | undefined {
    if (this.#offered > 0) {
      const isOnly = this.#offered + this.#waiting === 1;
      const isAdmitted = this.#admit(tick, dueMs, admissions);
      this.#offered = 0;
      if (isOnly && isAdmitted && this.#noted.tick <= tick) return this.#noted; // nearly always
      if (isAdmitted) this.#keep();
      for (let at = 0; at < this.#others.length; at += COLUMNS) {
        this.#note(this.#others, at, this.#others[at + INPUT_COLUMNS]!);
        if (this.#admit(tick, dueMs, admissions)) this.#keep();
      }
      if (this.#others.length > 0) this.#others.length = 0;
    }
    return this.#waiting === 0 ? undefined : this.#takeWaiting(tick);
  }

  #note(rows: readonly number[], at: number, cameMs: number): void {
    readInput(this.#noted, rows, at);
    this.#heldMs = heldMsAt(rows, at);
    this.#cameMs = cameMs;
  }

  /** Whether what is noted counts, for a tick that is still to come or for this one. */
  #admit(tick: number, dueMs: number, admissions: Admissions): boolean {
    const { sequence } = this.#noted;
    const early = this.#noted.tick - tick;
    if (sequence <= this.#newest || early >= EARLY_TICKS_MAX) {
      (sequence <= this.#newest ? admissions.repeated : admissions.early).add();
      return false;
    }
    this.#newest = sequence;
    this.#marginMs = Math.round(dueMs - this.#cameMs + this.#heldMs + early * TICK_MS);
    this.#unreported = true;
    if (early < 0) this.#late++;
    (early < 0 ? admissions.late : admissions.waiting).add();
    return true;
  }

  #keep(): void {
    writeInput(this.#waitingRows, this.#waiting * INPUT_COLUMNS, this.#noted.seat, this.#noted, 0);
    this.#waiting++;
  }

  #takeWaiting(tick: number): SeatInput | undefined {
    const rows = this.#waitingRows;
    let due = this.#waiting;
    while (due > 0 && tickAt(rows, (due - 1) * INPUT_COLUMNS) > tick) due--;
    if (due === 0) return undefined;
    readInput(this.#noted, rows, (due - 1) * INPUT_COLUMNS);
    if (due < this.#waiting) rows.copyWithin(0, due * INPUT_COLUMNS, this.#waiting * INPUT_COLUMNS);
    this.#waiting -= due;
    return this.#noted;
  }
}
