import type { Input } from '@clew/maze';

/** Inputs meant for a tick further ahead are dropped. */
export const EARLY_TICKS_MAX = 20;
/** Most inputs that wait; more are dropped. */
export const WAITING_MAX = 32;

/** What became of an input. */
export type Admission = 'waiting' | 'late' | 'repeated' | 'early' | 'full';

/** The inputs of one connection that wait for their tick, in order of their sequence. */
export class InputQueue {
  /** M3: at most WAITING_MAX; counted as simulation.waiting_inputs. */
  readonly #waiting: Input[] = [];
  #newest = 0;
  #marginMs = 0;
  #late = 0;
  #unreported = false;

  get size(): number {
    return this.#waiting.length;
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

  /** Takes an input in a world that is at `tick`; `marginMs` is how long from now the input's own tick is due. */
  offer(input: Input, tick: number, marginMs: number): Admission {
    if (input.sequence <= this.#newest) return 'repeated';
    if (input.tick > tick + EARLY_TICKS_MAX) return 'early';
    if (this.#waiting.length === WAITING_MAX) return 'full';
    this.#waiting.push(input);
    this.#newest = input.sequence;
    this.#marginMs = Math.round(marginMs);
    this.#unreported = true;
    if (input.tick > tick) return 'waiting';
    this.#late++;
    return 'late';
  }

  /** What to apply at `tick`: of all that are due the one with the highest sequence. Those below it are gone as well. */
  take(tick: number): Input | undefined {
    let due = this.#waiting.length;
    while (due > 0 && this.#waiting[due - 1]!.tick > tick) due--;
    let input: Input | undefined;
    for (; due > 0; due--) input = this.#waiting.shift();
    return input;
  }
}
