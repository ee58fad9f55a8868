import { TICK_MS } from '@clew/maze';
import { BusyRing } from './busy-ring.ts';

/** Monotonic milliseconds. */
export type Clock = () => number;

/** A tick has this many phases; matches are spread over them. */
export const PHASES = 5;
const PHASE_MS = TICK_MS / PHASES;
/** When the process stood still, so many ticks are made up for; time stands still for the rest. */
const CATCH_UP_TICKS = 5;
/** Windows of 50 ms that /statusz tells of: half a minute. */
const WINDOWS = 600;

export interface TickLoopOptions {
  readonly clock: Clock;
  /** Milliseconds that the process was busy since it started, all its work included. */
  readonly busy: () => number;
  /** One tick of the matches of a phase, which was due at `scheduledMs`. */
  readonly onPhase: (phase: number, scheduledMs: number) => void;
  /** Whether a phase has no matches now: nobody is woken for it. */
  readonly isIdle: (phase: number) => boolean;
  /** After all that was due is done. */
  readonly onDone: (nowMs: number) => void;
}

/**
 * The one loop of the process: 20 ticks a second for each match, on an absolute schedule, so that lateness never adds up.
 *
 * L1 Each phase comes every 50 ms of the schedule; what is late is made up for at once.
 * L2 After a standstill at most 5 ticks are made up for; the rest is skipped, counted, and never happens.
 * L3 To be woken costs more than a match does: nobody is woken for a phase without matches, but for the first one of each tick.
 */
export class TickLoop {
  readonly #options: TickLoopOptions;
  readonly #ring = new BusyRing(WINDOWS);
  readonly #originMs: number;
  /** The next phase to run, counted from the origin. */
  #next = 0;
  #skipped = 0;
  #busyBefore: number;
  #running = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TickLoopOptions) {
    this.#options = options;
    this.#originMs = options.clock();
    this.#busyBefore = options.busy();
  }

  /** Ticks that were skipped for being too late. */
  get skipped(): number {
    return this.#skipped;
  }

  report() {
    return { ...this.#ring.report(), skipped: this.#skipped, ticks: Math.floor(this.#next / PHASES) };
  }

  start(): void {
    this.#running = true;
    this.#wake();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** Runs all phases that are due by now; returns for how many milliseconds nothing is to be done. */
  runDue(): number {
    const { clock, onPhase, isIdle, onDone } = this.#options;
    const due = Math.floor((clock() - this.#originMs) / PHASE_MS) + 1;
    this.#skip(due - this.#next);
    for (; this.#next < due; this.#next++) {
      const phase = this.#next % PHASES;
      if (!isIdle(phase)) onPhase(phase, this.#dueMs(this.#next));
      if (phase === PHASES - 1) this.#measure();
    }
    onDone(clock());
    return this.#waitMs();
  }

  readonly #wake = (): void => {
    const waitMs = this.runDue();
    if (this.#running) this.#timer = setTimeout(this.#wake, Math.max(0, Math.ceil(waitMs)));
  };

  /** L2. Whole ticks: every match skips as many. */
  #skip(phases: number): void {
    const ticks = Math.ceil(phases / PHASES) - CATCH_UP_TICKS;
    if (ticks <= 0) return;
    this.#next += ticks * PHASES;
    this.#skipped += ticks;
  }

  #measure(): void {
    const busy = this.#options.busy();
    this.#ring.push(busy - this.#busyBefore);
    this.#busyBefore = busy;
  }

  /** Until the next phase with matches is due, or the next tick (L3). */
  #waitMs(): number {
    let next = this.#next;
    while (next % PHASES !== 0 && this.#options.isIdle(next % PHASES)) next++;
    return this.#dueMs(next) - this.#options.clock();
  }

  #dueMs(phase: number): number {
    return this.#originMs + phase * PHASE_MS;
  }
}
