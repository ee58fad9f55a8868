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
/** The line is the best of so many frames: three seconds. */
const WINDOW_FRAMES = 60;
/** So many frames in a row, each later by so much, are no jitter: the line has moved. */
const SHIFT_FRAMES = 8;
const SHIFT_MS = 40;
const SNAP_MS = 250;
const SLEW = 0.08;
const STALL_TICKS_MAX = 5;
const LEAD_MS_MAX = 500;
/** Calls that were measured before the first report took longer than inputs do: they went further. */
const GUESS_MS_MAX = 250;
/** How early inputs should be there. */
const MARGIN_MS = 20;
/** How long a report counts. They come every second, and for each input that was late. */
const REPORTS_MS = 10_000;
/** The share of inputs that may be late: widening the lead for them would cost all others. */
const LATE_SHARE = 0.05;
/** What a report stands for that tells of no late input: a second of inputs. */
const INPUTS_PER_REPORT = 20;
/** Late inputs that are told of within this time are late for one reason. */
const SAME_CAUSE_MS = 250;
const DELAY_MS_MIN = 70;
const DELAY_MS_MAX = 300;

export class TickClock {
  readonly #tickMs: number;
  /** Arrival minus tick, newest last. */
  readonly #offsets: number[] = [];
  #newestTick = 0;
  #baseMs = 0;
  #leadMs: number;
  /** How long inputs were under way, there and back, as the last reports tell. */
  #reports: Report[] = [];
  #lateInputs = 0;
  #delayMs: number;
  #own: Slewed | undefined;
  #others: Slewed | undefined;

  /** `roundTripMs`: a first guess, until the server reports margins. */
  constructor(tickMs: number, roundTripMs = 0) {
    this.#tickMs = tickMs;
    this.#leadMs = Math.min(GUESS_MS_MAX, roundTripMs) + MARGIN_MS;
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

  /**
   * The server told how early the newest input was there, negative when it was late, and how many were late so far. The
   * lead is what the slowest inputs of the last reports need, but for the few that may be late, and one hiccup.
   */
  margin(marginMs: number, lateInputs: number, nowMs: number): void {
    if (this.#own === undefined) return;
    const late = Math.max(0, lateInputs - this.#lateInputs);
    this.#lateInputs = lateInputs;
    const leadMs = this.#baseMs - this.#own.follow(this.#baseMs - this.#leadMs, nowMs);
    const roundTripMs = Math.max(0, leadMs - marginMs);
    const last = this.#reports.at(-1);
    if (late > 0 && last !== undefined && last.isLate && nowMs - last.atMs < SAME_CAUSE_MS) {
      last.roundTripMs = Math.max(last.roundTripMs, roundTripMs);
      last.inputs += late;
    } else {
      this.#reports.push({ atMs: nowMs, roundTripMs, isLate: late > 0, inputs: late || INPUTS_PER_REPORT });
    }
    this.#reports = this.#reports.filter(({ atMs }) => nowMs - atMs <= REPORTS_MS);
    this.#leadMs = Math.min(LEAD_MS_MAX, neededMs(this.#reports) + MARGIN_MS);
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

  /** There and back, at best; undefined before the first report. */
  get roundTripMs(): number | undefined {
    return this.#reports.length === 0 ? undefined : Math.min(...this.#reports.map(({ roundTripMs }) => roundTripMs));
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

interface Report {
  readonly atMs: number;
  roundTripMs: number;
  readonly isLate: boolean;
  /** How many inputs it stands for. */
  inputs: number;
}

/** The slowest round trip that is heeded. */
function neededMs(reports: readonly Report[]): number {
  const slowest = reports.toSorted((a, b) => b.roundTripMs - a.roundTripMs);
  let unheeded = LATE_SHARE * reports.reduce((sum, { inputs }) => sum + inputs, 0);
  const needed = slowest.find(({ inputs }, index) => {
    unheeded -= inputs;
    return unheeded < 0 && index > 0;
  });
  return (needed ?? slowest.at(-1))?.roundTripMs ?? 0;
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
