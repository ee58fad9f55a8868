/**
 * Two clocks of one match, in its ticks, read off the arrival of frames.
 *
 * Frames of tick k arrive at `base + k * tickMs` at best; what is later is jitter. The *own* clock runs ahead of that
 * line by the lead: so far that an input that is stamped with the tick it is made in reaches the server just before
 * the server steps that tick. The server tells by how much it did (InputMargin), and the lead follows. The *others'*
 * clock runs behind the line by the delay, so that there is nearly always a later frame to interpolate towards.
 *
 * C1 Both are continuous: they are slewed, a few percent faster or slower, and jump only when they are wrong by more
 *    than SNAP_MS (the first frames; a server that stood still).
 * C2 The own clock is never more than the lead and STALL_TICKS_MAX ahead of the newest frame: while the match stands
 *    still, so does it. (Edges refuse inputs that are more than 20 ticks ahead.)
 * C3 Pure: time comes in as arguments.
 */
const WINDOW_FRAMES = 20;
const SHIFT_FRAMES = 4;
const SHIFT_MS = 40;
const SNAP_MS = 250;
const SLEW = 0.08;
const STALL_TICKS_MAX = 5;
const LEAD_MS_MAX = 500;
/** How early inputs should be there: half a tick because the hands may change within a tick, the rest for jitter. */
const MARGIN_MS = 35;
const CAUTION_MS_MAX = 40;
const CAUTION_STEP_MS = 8;
/** A report that was on its way when the lead changed tells nothing new. */
const SETTLE_MS = 300;
const DELAY_MS_MIN = 70;
const DELAY_MS_MAX = 300;

export class TickClock {
  readonly #tickMs: number;
  /** Arrival minus tick, newest last. */
  readonly #offsets: number[] = [];
  #newestTick = 0;
  #baseMs = 0;
  #leadMs: number;
  #cautionMs = 0;
  #lateInputs = 0;
  #ledAtMs = Number.NEGATIVE_INFINITY;
  #roundTripMs: number | undefined;
  #delayMs: number;
  #own: Slewed | undefined;
  #others: Slewed | undefined;

  /** `roundTripMs`: a first guess, until the server reports margins. */
  constructor(tickMs: number, roundTripMs = 0) {
    this.#tickMs = tickMs;
    this.#leadMs = Math.min(LEAD_MS_MAX, roundTripMs + MARGIN_MS);
    this.#delayMs = 2 * tickMs;
  }

  /** A frame came. */
  frame(tick: number, nowMs: number): void {
    if (tick < this.#newestTick) this.#restart();
    this.#newestTick = tick;
    this.#offsets.push(nowMs - tick * this.#tickMs);
    if (this.#offsets.length > WINDOW_FRAMES) this.#offsets.shift();
    this.#noticeShift();
    this.#baseMs = Math.min(...this.#offsets);
    this.#delayMs += 0.1 * (this.#wantedDelayMs() - this.#delayMs);
    this.#own ??= new Slewed(this.#baseMs - this.#leadMs, nowMs);
    this.#others ??= new Slewed(this.#baseMs + this.#delayMs, nowMs);
  }

  /** The server told how early inputs arrive, and how many were too late so far. */
  margin(marginMs: number, lateInputs: number, nowMs: number): void {
    const late = lateInputs > this.#lateInputs;
    this.#lateInputs = lateInputs;
    if (nowMs - this.#ledAtMs < SETTLE_MS) return;
    this.#roundTripMs = Math.max(0, this.#leadMs - marginMs);
    this.#cautionMs = late
      ? Math.min(CAUTION_MS_MAX, this.#cautionMs + CAUTION_STEP_MS)
      : Math.max(0, this.#cautionMs - 1);
    const excessMs = marginMs - (MARGIN_MS + this.#cautionMs);
    // Too late costs a correction: be quick. Too early costs nothing that is seen: be slow.
    const changeMs = excessMs < 0 ? -excessMs : -Math.min(10, excessMs / 4);
    if (Math.abs(changeMs) < 1) return;
    this.#leadMs = Math.max(0, Math.min(LEAD_MS_MAX, this.#leadMs + changeMs));
    this.#ledAtMs = nowMs;
  }

  /** The tick that the own player is in, with its fraction. Before the first frame 0. */
  ownTick(nowMs: number): number {
    if (this.#own === undefined) return 0;
    const tick = (nowMs - this.#own.follow(this.#baseMs - this.#leadMs, nowMs)) / this.#tickMs;
    return Math.min(tick, this.#newestTick + this.#leadMs / this.#tickMs + STALL_TICKS_MAX); // C2
  }

  /** The tick that others are shown at, with its fraction. Before the first frame 0. */
  othersTick(nowMs: number): number {
    if (this.#others === undefined) return 0;
    return (nowMs - this.#others.follow(this.#baseMs + this.#delayMs, nowMs)) / this.#tickMs;
  }

  /** When the own clock will reach a tick, if nothing changes. */
  msUntilOwnTick(tick: number, nowMs: number): number {
    return Math.max(0, (tick - this.ownTick(nowMs)) * this.#tickMs);
  }

  /** The moment, by the frames' line, that a tick of the match is at; for countdowns. */
  msUntilFrame(tick: number, nowMs: number): number {
    return Math.max(0, this.#baseMs + tick * this.#tickMs - nowMs);
  }

  /** There and back, as the server's reports tell; undefined before the first. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  get leadMs(): number {
    return this.#leadMs;
  }

  get delayMs(): number {
    return this.#delayMs;
  }

  /** One frame that is late is jitter; when several in a row are, the server stood still, and the line moves. */
  #noticeShift(): void {
    const newest = this.#offsets.slice(-SHIFT_FRAMES);
    if (newest.length < SHIFT_FRAMES || Math.min(...newest) < this.#baseMs + SHIFT_MS) return;
    this.#offsets.splice(0, this.#offsets.length - SHIFT_FRAMES);
  }

  /** A tick of waiting for the next frame, and what nearly all jitter needs. */
  #wantedDelayMs(): number {
    const sorted = this.#offsets.toSorted((a, b) => a - b);
    const late = (sorted[Math.floor((sorted.length - 1) * 0.9)] ?? 0) - (sorted[0] ?? 0);
    return Math.max(DELAY_MS_MIN, Math.min(DELAY_MS_MAX, this.#tickMs * 1.4 + late));
  }

  /** The match went back in time: another one, or restored from before. */
  #restart(): void {
    this.#offsets.length = 0;
    this.#own = undefined;
    this.#others = undefined;
  }
}

/** A value that follows another smoothly (C1). */
class Slewed {
  #value: number;
  #atMs: number;

  constructor(value: number, nowMs: number) {
    this.#value = value;
    this.#atMs = nowMs;
  }

  follow(target: number, nowMs: number): number {
    const stepMax = Math.max(0, nowMs - this.#atMs) * SLEW;
    const difference = target - this.#value;
    if (Math.abs(difference) > SNAP_MS) this.#value = target;
    else this.#value += Math.max(-stepMax, Math.min(stepMax, difference));
    this.#atMs = Math.max(this.#atMs, nowMs);
    return this.#value;
  }
}
