/** Figures of one client since it was made. Plain numbers; read them whenever. */
export interface ClientStats {
  /** Frames applied. */
  readonly frames: number;
  /** Of these, keyframes. */
  readonly keyframes: number;
  /** Bytes of stream messages received. */
  readonly bytes: number;
  /** Inputs sent, repeats not counted. */
  readonly inputs: number;
  /** Streams lost that were not closed by this client. */
  readonly disconnects: number;
  /** Deltas that came without their base. */
  readonly gaps: number;
  /** Frames whose view hash was not that of the view here. */
  readonly hashMismatches: number;
  /** Frames that came when others were already shown at a later tick: there was nothing to show them between. */
  readonly framesLate: number;
  /** Pictures in which others were shown between two frames. */
  readonly samplesBetween: number;
  /** Pictures in which they were shown as in the newest frame, for no later one was there yet: they stood still for it. */
  readonly samplesHeld: number;
  /** Predictions that the server's truth corrected. */
  readonly corrections: number;
  /** Levels that the own player left through the exit. */
  readonly levelsFinished: number;
  /** Matches that were played to their end. */
  readonly matchesFinished: number;
  /** Input sent → the frame with its effect received. */
  readonly latencyMs: Percentiles;
  /** Size of corrections in units of 1/1024 cell. */
  readonly correctionUnits: Percentiles;
}

/** Over the newest samples; zeros when there are none. `count` is how many there ever were. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** The newest samples of a figure: exact, bounded, cheap to add to. */
export class Samples {
  readonly #values: Float64Array;
  #count = 0;

  constructor(max: number) {
    this.#values = new Float64Array(max);
  }

  add(value: number): void {
    this.#values[this.#count % this.#values.length] = value;
    this.#count += 1;
  }

  /** How many there ever were. */
  get count(): number {
    return this.#count;
  }

  /** The newest, unsorted. */
  values(): Float64Array {
    return this.#values.slice(0, Math.min(this.#count, this.#values.length));
  }

  percentiles(): Percentiles {
    return { ...percentilesOf(this.values()), count: this.#count };
  }

  reset(): void {
    this.#count = 0;
  }
}

/** Nearest rank. */
export function percentilesOf(values: Float64Array): Percentiles {
  const sorted = values.toSorted();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** What clients count into: one its own, or several the same one, which then has their sums. */
export class StatsBook {
  frames = 0;
  keyframes = 0;
  bytes = 0;
  inputs = 0;
  disconnects = 0;
  gaps = 0;
  hashMismatches = 0;
  framesLate = 0;
  samplesBetween = 0;
  samplesHeld = 0;
  corrections = 0;
  levelsFinished = 0;
  matchesFinished = 0;
  readonly latencyMs: Samples;
  readonly correctionUnits: Samples;

  /** `samplesMax`: how many of the newest samples its percentiles are over. */
  constructor(samplesMax = 2_048) {
    this.latencyMs = new Samples(samplesMax);
    this.correctionUnits = new Samples(samplesMax);
  }

  /** All figures begin anew. */
  reset(): void {
    Object.assign(this, { frames: 0, keyframes: 0, bytes: 0, inputs: 0, disconnects: 0, gaps: 0, hashMismatches: 0 });
    Object.assign(this, { framesLate: 0, samplesBetween: 0, samplesHeld: 0, corrections: 0 });
    Object.assign(this, { levelsFinished: 0, matchesFinished: 0 });
    this.latencyMs.reset();
    this.correctionUnits.reset();
  }

  read(): ClientStats {
    const { frames, keyframes, bytes, inputs, disconnects, gaps, hashMismatches } = this;
    const { framesLate, samplesBetween, samplesHeld, corrections, levelsFinished, matchesFinished } = this;
    return {
      ...{ frames, keyframes, bytes, inputs, disconnects, gaps, hashMismatches },
      ...{ framesLate, samplesBetween, samplesHeld, corrections, levelsFinished, matchesFinished },
      latencyMs: this.latencyMs.percentiles(),
      correctionUnits: this.correctionUnits.percentiles(),
    };
  }
}
