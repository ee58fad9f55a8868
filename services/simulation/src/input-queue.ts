import { type Input, TICK_MS } from '@clew/maze';
import { heldMsAt, INPUT_COLUMNS, inputAt, sequenceAt, tickAt } from '@clew/protocol/input-rows';

/** Inputs meant for a tick further ahead are dropped. */
export const EARLY_TICKS_MAX = 20;
/** Most inputs that wait; more are dropped. */
export const WAITING_MAX = 32;

/** What became of an input that was noted. */
export type Admission = 'waiting' | 'late' | 'repeated' | 'early';

/** Counts what became of inputs. */
export type Admissions = Readonly<Record<Admission, { add(): void }>>;

/** Where an input lies in the message that brought it, and when that came. */
interface Offer {
  readonly rows: readonly number[];
  readonly at: number;
  readonly cameMs: number;
}

/** No message. M3: never filled. */
const nothing: readonly number[] = [];

/**
 * The inputs of one connection, until their tick. What comes is only noted, and looked at by the next tick, when all of its
 * match is at hand: looking at each as it comes, out of two thousand in any order, was an eighth of a simulation's work, and
 * all of that waiting for memory.
 */
export class InputQueue {
  /** How many came since the last tick. */
  #offered = 0;
  /** The first of them … */
  #rows = nothing;
  #at = 0;
  #cameMs = 0;
  /** … and the others. M3: at most WAITING_MAX together with those that wait; counted as simulation.waiting_inputs. */
  readonly #others: Offer[] = [];
  /** How many of those that came before wait. */
  #waiting = 0;
  /** M3: at most WAITING_MAX rows, in order of their sequence. What lies behind those that wait is of no meaning. */
  readonly #waitingRows: number[] = [];
  #newest = 0;
  #marginMs = 0;
  #late = 0;
  #unreported = false;

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

  /** Notes the input in the row that begins at `at`, which must stay as it is until the next tick. False: too many wait. */
  offer(rows: readonly number[], at: number, nowMs: number): boolean {
    if (this.#offered + this.#waiting >= WAITING_MAX) return false;
    if (this.#offered === 0) {
      this.#rows = rows;
      this.#at = at;
      this.#cameMs = nowMs;
    } else this.#others.push({ rows, at, cameMs: nowMs });
    this.#offered++;
    return true;
  }

  /**
   * What to apply at `tick`, which is due at `dueMs`: of all that are due the one with the highest sequence. Those below it are
   * gone as well.
   */
  take(tick: number, dueMs: number, admissions: Admissions): Input | undefined {
    if (this.#offered > 0) {
      const [rows, at] = [this.#rows, this.#at];
      const isOnly = this.#offered + this.#waiting === 1;
      const isAdmitted = this.#admit(rows, at, this.#cameMs, tick, dueMs, admissions);
      this.#rows = nothing;
      this.#offered = 0;
      if (isOnly && isAdmitted && tickAt(rows, at) <= tick) return inputAt(rows, at); // nearly always
      if (isAdmitted) this.#keep(rows, at);
      for (const other of this.#others) {
        if (this.#admit(other.rows, other.at, other.cameMs, tick, dueMs, admissions)) this.#keep(other.rows, other.at);
      }
      this.#others.length = 0;
    }
    return this.#waiting === 0 ? undefined : this.#takeWaiting(tick);
  }

  /** Whether the input counts, for a tick that is still to come or for this one. */
  #admit(
    rows: readonly number[],
    at: number,
    cameMs: number,
    tick: number,
    dueMs: number,
    admissions: Admissions,
  ): boolean {
    const sequence = sequenceAt(rows, at);
    const early = tickAt(rows, at) - tick;
    if (sequence <= this.#newest || early >= EARLY_TICKS_MAX) {
      (sequence <= this.#newest ? admissions.repeated : admissions.early).add();
      return false;
    }
    this.#newest = sequence;
    this.#marginMs = Math.round(dueMs - cameMs + heldMsAt(rows, at) + early * TICK_MS);
    this.#unreported = true;
    if (early < 0) this.#late++;
    (early < 0 ? admissions.late : admissions.waiting).add();
    return true;
  }

  #keep(rows: readonly number[], at: number): void {
    const place = this.#waiting * INPUT_COLUMNS;
    for (let column = 0; column < INPUT_COLUMNS; column++) this.#waitingRows[place + column] = rows[at + column]!;
    this.#waiting++;
  }

  #takeWaiting(tick: number): Input | undefined {
    const rows = this.#waitingRows;
    let due = this.#waiting;
    while (due > 0 && tickAt(rows, (due - 1) * INPUT_COLUMNS) > tick) due--;
    if (due === 0) return undefined;
    const input = inputAt(rows, (due - 1) * INPUT_COLUMNS);
    if (due < this.#waiting) rows.copyWithin(0, due * INPUT_COLUMNS, this.#waiting * INPUT_COLUMNS);
    this.#waiting -= due;
    return input;
  }
}
