import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import type { ClewError } from './clew-error.ts';

/**
 * Inputs by unary calls, where streams go one way only (fetch). Calls may be lost, slow or overtake one another: each
 * repeats all that no frame has acknowledged, so that the newest to arrive tells everything.
 *
 * S1 At most IN_FLIGHT_MAX calls at once; what comes meanwhile goes with the next.
 * S2 No timer: who offers does so once a tick until all is acknowledged.
 * S3 What was told and not acknowledged is told again after REPEAT_MS, or at once after a failure, but not before the
 *    edge wants to be asked again.
 */
const IN_FLIGHT_MAX = 3;
const REPEAT_MS = 250;
const FAILURE_PAUSE_MS = 50;

export interface SteeringOptions {
  readonly now: () => number;
  /** One Steer call; rejects with a ClewError. Bounded in time by whoever makes it. */
  readonly steer: (inputs: readonly Input[]) => Promise<unknown>;
}

export class Steering {
  readonly #options: SteeringOptions;
  #offered: readonly Input[] = [];
  #toldSequence = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #inFlight = 0;

  constructor(options: SteeringOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** All unacknowledged inputs, by ascending sequence. */
  offer(inputs: readonly Input[]): void {
    this.#offered = inputs;
    const newest = inputs.at(-1);
    if (newest === undefined || this.#inFlight >= IN_FLIGHT_MAX) return; // S1
    const nowMs = this.#options.now();
    if (nowMs < this.#pausedUntilMs) return;
    const isNew = newest.sequence > this.#toldSequence;
    if (!isNew && nowMs - this.#toldAtMs < REPEAT_MS) return;
    this.#toldSequence = newest.sequence;
    this.#toldAtMs = nowMs;
    void this.#call(inputs);
  }

  /** A sign of life, with or without anything to tell. */
  sayHere(): void {
    if (this.#inFlight >= IN_FLIGHT_MAX || this.#options.now() < this.#pausedUntilMs) return; // S1
    void this.#call(this.#offered);
  }

  async #call(inputs: readonly Input[]): Promise<void> {
    this.#inFlight += 1;
    try {
      await this.#options.steer(inputs);
      this.#inFlight -= 1;
    } catch (thrown) {
      const error = thrown as ClewError;
      this.#inFlight -= 1;
      this.#toldAtMs = Number.NEGATIVE_INFINITY; // S3
      this.#pausedUntilMs = this.#options.now() + (error.retryMs ?? FAILURE_PAUSE_MS);
      return;
    }
    if ((this.#offered.at(-1)?.sequence ?? 0) > this.#toldSequence) this.offer(this.#offered);
  }
}
