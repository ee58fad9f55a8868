import { type Avatar, type Body, type Glow, type Hands, type Known, type Rank, ranking, type View } from '@clew/maze';
import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import type { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import { type InputLog, sameHands } from './input-log.ts';
import { Interpolation } from './interpolation.ts';
import { keptRanking } from './kept-ranking.ts';
import type { Match } from './match.ts';
import type { MatchSample, OwnAvatar } from './match-sample.ts';
import { Prediction } from './prediction.ts';
import { Smoothing } from './smoothing.ts';
import type { StatsBook } from './stats.ts';
import { TickClock } from './tick-clock.ts';
import { applyFrame } from './view-keeper.ts';

/**
 * One match while the player sits in it. Frames set the clock, the view and the truth under the prediction; each tick
 * of the own clock takes the hands, moves the own body and tells the edge.
 *
 * PM1 Nothing is sent before the first frame, nor while the stream is lost: ticks are only known from frames.
 * PM2 One timer, for the next own tick; `close` ends it.
 * PM3 Hands that change within a tick count for this tick if it has no input yet and is not half over; else for the
 *     next. So a key press is seen at once, and the server has it in time.
 */
export interface PlayedMatchOptions {
  readonly matchId: string;
  readonly seat: number;
  readonly tickMs: number;
  /** A first guess of the way there and back. */
  readonly roundTripMs: number;
  readonly now: () => number;
  readonly book: StatsBook;
  /** The client's: sequences grow from match to match. What it holds of the one before is forgotten. */
  readonly inputs: InputLog;
  /** Passes all unacknowledged inputs to the stream. */
  readonly send: (inputs: readonly Input[]) => void;
  /** A tick of the own player begins. */
  readonly onTick: (match: Match, tick: number) => void;
}

const LATE_FRACTION_MAX = 0.5;
const NO_GLOW: Glow = Object.freeze({ cells: [], endTick: 0 });

export class PlayedMatch implements Match {
  readonly #options: PlayedMatchOptions;
  readonly #clock: TickClock;
  readonly #inputs: InputLog;
  readonly #prediction = new Prediction();
  readonly #smoothing = new Smoothing();
  readonly #interpolation = new Interpolation();
  readonly #handsAt = (tick: number) => this.#inputs.handsAt(tick);
  #known: Known | undefined;
  #avatar: Avatar | undefined;
  #glow: Glow = NO_GLOW;
  #ranking: readonly Rank[] = [];
  #hands: Hands | undefined;
  #isStreaming = true;
  #frameAtMs = 0;
  #gapAtMs: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(options: PlayedMatchOptions) {
    this.#options = options;
    this.#inputs = options.inputs;
    this.#inputs.interrupt();
    this.#clock = new TickClock(options.tickMs, options.roundTripMs);
  }

  get matchId(): string {
    return this.#options.matchId;
  }

  get seat(): number {
    return this.#options.seat;
  }

  get view(): View | undefined {
    return this.#known?.view;
  }

  get ranking(): readonly Rank[] {
    return this.#ranking;
  }

  /** Since when a delta without its base waits for a keyframe; undefined when none does. */
  get gapAtMs(): number | undefined {
    return this.#gapAtMs;
  }

  get predictedView(): View | undefined {
    const { view } = this;
    const body = this.#prediction.body;
    if (view === undefined || body === undefined || !this.#prediction.isOurs) return view;
    return {
      ...view,
      tick: this.#prediction.tick,
      avatars: view.avatars.map((avatar) => (avatar.seat === this.seat ? { ...avatar, ...body } : avatar)),
    };
  }

  setHands(hands: Hands): void {
    const nowMs = this.#options.now();
    if (this.#hands !== undefined && sameHands(this.#hands, hands)) return;
    this.#hands = hands;
    const tick = this.#clock.ownTick(nowMs);
    const fraction = tick - this.#prediction.tick;
    if (!this.#isPlaying || fraction < 0 || fraction > LATE_FRACTION_MAX) return;
    if (this.#inputs.has(this.#prediction.tick)) return;
    this.#record(this.#prediction.tick, nowMs); // PM3
    const before = this.#shown(fraction);
    this.#prediction.redo(this.#handsAt);
    const after = this.#shown(fraction);
    this.#smoothing.absorb(after.x - before.x, after.y - before.y, after.z - before.z, nowMs);
    this.#tell();
  }

  /** A frame came; false when it did not fit and was dropped. */
  frame(message: PlayResponse): boolean {
    const { header } = message;
    if (header === undefined || this.#isClosed) return false;
    const { book, now } = this.#options;
    const nowMs = now();
    const outcome = applyFrame(this.#known, header, message);
    if (outcome.kind === 'gap') {
      book.gaps += 1;
      this.#gapAtMs ??= nowMs;
      return false;
    }
    this.#gapAtMs = undefined;
    book.frames += 1;
    if (header.keyframe) book.keyframes += 1;
    if (outcome.isHashWrong) book.hashMismatches += 1;
    this.#takeView(outcome.known, nowMs);
    this.#takeOwn(message, nowMs);
    if (this.#timer === undefined) this.#schedule(nowMs);
    return true;
  }

  /** The stream is lost: hands are not told until the next one brings a keyframe. */
  interrupt(): void {
    this.#isStreaming = false;
    this.#inputs.interrupt();
  }

  sample(nowMs: number = this.#options.now()): MatchSample | undefined {
    this.#advance(nowMs);
    const { view } = this;
    const own = this.#sampleOwn(nowMs);
    if (view === undefined || own === undefined) return undefined;
    const othersTick = this.#clock.othersTick(nowMs);
    if (othersTick <= view.tick) this.#options.book.samplesBetween += 1;
    else this.#options.book.samplesHeld += 1;
    const { number, levels, phase, phaseEndTick } = view.level;
    const isGlowing = this.#glow.cells.length > 0 && this.#glow.endTick > view.tick;
    return {
      matchId: this.matchId,
      seat: this.seat,
      tick: view.tick,
      level: number,
      levels,
      phase,
      phaseEndsInMs: phaseEndTick === 0 ? undefined : this.#clock.msUntilFrame(phaseEndTick, nowMs),
      layout: view.layout,
      clews: view.clews,
      glow: isGlowing ? this.#glow : undefined,
      glowEndsInMs: isGlowing ? this.#clock.msUntilFrame(this.#glow.endTick, nowMs) : 0,
      own,
      others: this.#interpolation.others(othersTick, this.seat),
      ranking: this.#ranking,
      isRankingWhole: this.#known?.avatarRegions.length === 0,
      pingMs: this.#clock.roundTripMs,
      silentMs: Math.max(0, nowMs - this.#frameAtMs),
    };
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer); // PM2
    this.#timer = undefined;
  }

  get #isPlaying(): boolean {
    return this.#isStreaming && this.#known !== undefined && !this.#isClosed; // PM1
  }

  #takeView(known: Known, nowMs: number): void {
    const { book } = this.#options;
    const { view } = known;
    const isNewLevel = view.layout !== this.view?.layout;
    if (this.#known !== undefined && view.tick < this.#clock.othersTick(nowMs)) book.framesLate += 1;
    this.#clock.frame(view.tick, nowMs);
    this.#frameAtMs = nowMs;
    this.#isStreaming = true;
    this.#known = known;
    this.#interpolation.push(view);
    this.#ranking = keptRanking(this.#ranking, ranking(view));
    const avatar = view.avatars.find((entry) => entry.seat === this.seat);
    if (avatar === undefined) return;
    if (avatar.arrival > 0 && this.#avatar?.arrival === 0) book.levelsFinished += 1;
    this.#avatar = avatar;
    for (const latencyMs of this.#inputs.acknowledge(avatar.lastInput, view.tick, nowMs)) book.latencyMs.add(latencyMs);
    this.#correct(view, avatar, isNewLevel, nowMs);
  }

  #correct(view: View, avatar: Avatar, isNewLevel: boolean, nowMs: number): void {
    const { book } = this.#options;
    const ownTick = this.#clock.ownTick(nowMs);
    const before = this.#shown(ownTick - this.#prediction.tick);
    // A tick behind is the timer's; more, and the clock went back.
    const tick = this.#prediction.tick > ownTick + 1 ? Math.floor(ownTick) : this.#prediction.tick;
    if (tick < this.#prediction.tick) this.#inputs.rewind(tick);
    const wrongUnits = this.#prediction.frame(view, avatar, tick, this.#handsAt);
    if (isNewLevel || !this.#prediction.isOurs) {
      this.#smoothing.reset();
      return;
    }
    const after = this.#shown(ownTick - this.#prediction.tick);
    this.#smoothing.absorb(after.x - before.x, after.y - before.y, after.z - before.z, nowMs);
    if (wrongUnits === 0) return;
    book.corrections += 1;
    book.correctionUnits.add(wrongUnits);
  }

  #takeOwn(message: PlayResponse, nowMs: number): void {
    if (message.header?.keyframe) this.#glow = NO_GLOW;
    if (message.own?.glow !== undefined) this.#glow = message.own.glow;
    const margin = message.own?.inputMargin;
    if (margin !== undefined) this.#clock.margin(margin.marginMs, margin.late, nowMs);
  }

  /** Brings the own ticks up to the clock. */
  #advance(nowMs: number): void {
    if (this.#known === undefined || this.#isClosed) return;
    const tick = Math.floor(this.#clock.ownTick(nowMs));
    if (tick <= this.#prediction.tick) return;
    if (this.#isPlaying) {
      this.#options.onTick(this, tick);
      if (!this.#isPlaying) return;
      this.#record(tick, nowMs);
    }
    this.#prediction.advance(tick, this.#handsAt);
    this.#tell();
  }

  #record(tick: number, nowMs: number): void {
    if (this.#hands === undefined) return;
    if (this.#inputs.record(this.#hands, tick, nowMs, this.view?.tick) !== undefined) this.#options.book.inputs += 1;
  }

  #tell(): void {
    if (this.#isPlaying && this.#inputs.pendingCount > 0) this.#options.send(this.#inputs.pending);
  }

  #schedule(nowMs: number): void {
    const waitMs = this.#clock.msUntilOwnTick(this.#prediction.tick + 1, nowMs);
    this.#timer = setTimeout(
      () => {
        const firedMs = this.#options.now();
        this.#advance(firedMs);
        if (!this.#isClosed) this.#schedule(firedMs);
      },
      Math.max(1, Math.ceil(waitMs)),
    );
  }

  /** The own body within the newest tick. */
  #shown(fraction: number): Body {
    const from = this.#prediction.previous ?? emptyBody;
    const to = this.#prediction.body ?? from;
    const share = Math.max(0, Math.min(1, fraction));
    return {
      x: from.x + (to.x - from.x) * share,
      y: from.y + (to.y - from.y) * share,
      z: from.z + (to.z - from.z) * share,
      heading: to.heading,
    };
  }

  #sampleOwn(nowMs: number): OwnAvatar | undefined {
    const avatar = this.#avatar;
    if (avatar === undefined) return undefined;
    const { flags, points, clews, arrival, displayName } = avatar;
    const known = { flags, points, clews, arrival, displayName };
    if (!this.#prediction.isOurs) {
      const { x, y, z, heading } = this.#interpolation.one(this.#clock.othersTick(nowMs), this.seat) ?? avatar;
      return { ...known, x, y, z, heading };
    }
    const body = this.#shown(this.#clock.ownTick(nowMs) - this.#prediction.tick);
    const offset = this.#smoothing.at(nowMs);
    return {
      ...known,
      x: body.x + offset.x,
      y: body.y + offset.y,
      z: body.z + offset.z,
      heading: this.#hands?.heading ?? body.heading,
    };
  }
}

const emptyBody: Body = Object.freeze({ x: 0, y: 0, z: 0, heading: 0 });
