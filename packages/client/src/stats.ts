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

/** Over the newest samples (some 2,000); zeros when there are none. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}
