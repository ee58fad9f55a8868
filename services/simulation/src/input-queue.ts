import type { Input } from '@clew/maze';
import { INPUT_COLUMNS, inputAt, sequenceAt, tickAt } from '@clew/protocol/input-rows';

/** Inputs meant for a tick further ahead are dropped. */
export const EARLY_TICKS_MAX = 20;
/** Most inputs that wait; more are dropped. */
export const WAITING_MAX = 32;

/** What became of an input. */
export type Admission = 'waiting' | 'late' | 'repeated' | 'early' | 'full';

/** The inputs of one connection that wait for their tick, in order of their sequence. */
export class InputQueue {
  /** M3: at most WAITING_MAX rows; counted as simulation.waiting_inputs. */
  readonly #rows: number[] = [];
  /** How many of them wait; what lies behind is of no meaning. */
  #waiting = 0;
  #newest = 0;
  #marginMs = 0;
  #late = 0;
  #unreported = false;

  get size(): number {
    return this.#waiting;
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

  /**
   * Takes the input in the row that begins at `at`, in a world that is at `tick`; `marginMs` is how long from now the input's
   * own tick is due.
   */
  offer(rows: readonly number[], at: number, tick: number, marginMs: number): Admission {
    const sequence = sequenceAt(rows, at);
    const inputTick = tickAt(rows, at);
    if (sequence <= this.#newest) return 'repeated';
    if (inputTick > tick + EARLY_TICKS_MAX) return 'early';
    if (this.#waiting === WAITING_MAX) return 'full';
    const place = this.#waiting * INPUT_COLUMNS;
    for (let column = 0; column < INPUT_COLUMNS; column++) this.#rows[place + column] = rows[at + column]!;
    this.#waiting++;
    this.#newest = sequence;
    this.#marginMs = Math.round(marginMs);
    this.#unreported = true;
    if (inputTick > tick) return 'waiting';
    this.#late++;
    return 'late';
  }

  /** What to apply at `tick`: of all that are due the one with the highest sequence. Those below it are gone as well. */
  take(tick: number): Input | undefined {
    let due = this.#waiting;
    while (due > 0 && tickAt(this.#rows, (due - 1) * INPUT_COLUMNS) > tick) due--;
    if (due === 0) return undefined;
    const input = inputAt(this.#rows, (due - 1) * INPUT_COLUMNS);
    if (due < this.#waiting) this.#rows.copyWithin(0, due * INPUT_COLUMNS, this.#waiting * INPUT_COLUMNS);
    this.#waiting -= due;
    return input;
  }
}
