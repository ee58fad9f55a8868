import {
  createWorld,
  emptyView,
  type OwnedView,
  Phase,
  partsOf,
  type Rules,
  step,
  TICK_MS,
  TICK_RATE,
  type View,
  type Visibility,
  viewOver,
  type World,
} from '@clew/maze';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import type { Counters } from '@clew/service-kit/counters';
import { Journal } from '@clew/service-kit/journal';
import type { Scratch } from '@clew/service-kit/scratch';
import type { CounterName } from './counter-names.ts';
import type { FrameEncoder } from './frame-encoder.ts';
import type { InputBoard } from './input-board.ts';
import type { Admissions } from './input-queue.ts';
import { encodeRecord } from './journal-record.ts';
import type { DividedView, RegionEncoder } from './region-encoder.ts';
import { Seating, type SeatLimits } from './seating.ts';
import { Shown } from './shown.ts';
import { Survey } from './survey.ts';

/**
 * A running match: a world that goes on tick by tick, those who sit in it, and what was shown to them.
 *
 *     running → finished → over
 *        |__________|_____↗ ↑     nobody is left, another process owns it
 *        |__________|____ failed  it threw
 *
 * T1 While a match runs or its ranking stands, some seat is a player's; without one it is over at its next tick.
 * T2 A match that is over or failed holds nothing: no channel leads to it, and each was told why.
 * T3 What throws in here ends this match and no other.
 */
export type MatchState =
  | { readonly kind: 'running' }
  /** The ranking stands until that tick. */
  | { readonly kind: 'finished'; readonly closeTick: number }
  /** Its channels were told this. */
  | { readonly kind: 'over'; readonly reason: Closed_Reason }
  | { readonly kind: 'failed'; readonly cause: unknown };

/** What all matches of the process share. */
export interface MatchSurroundings {
  readonly rules: Rules;
  /** Where what it tells is written, for as long as its tick lasts; the encoders' too. */
  readonly scratch: Scratch;
  readonly encoder: FrameEncoder;
  readonly regions: RegionEncoder;
  readonly counters: Counters<CounterName>;
  /** Counts what became of inputs. */
  readonly admissions: Admissions;
  readonly board: InputBoard;
  readonly limits: MatchLimits;
}

export interface MatchLimits extends SeatLimits {
  /** How long the ranking is shown. */
  readonly finishedMs: number;
}

const nothing = new Uint8Array(0);

export class Match {
  readonly id: string;
  readonly seating: Seating;
  readonly journal = new Journal();
  /** The epoch under which this process owns it. */
  epoch: number;
  /** By its last renewal: then it should be gone (M6). */
  leaseDenied = false;
  readonly #surroundings: MatchSurroundings;
  readonly #world: World;
  #state: MatchState = { kind: 'running' };
  /** The newest tick's, encoded. */
  #record: Uint8Array = nothing;
  /** What those who follow the match know; only while somebody does. */
  #shown: Shown | undefined;
  /** The same, where the match is divided. */
  #shownParts: DividedView | undefined;
  /** Where it is: how it looks, and how it looked a tick before; the next view is written over that. */
  #view: OwnedView | undefined;
  #spare: OwnedView | undefined;
  readonly #survey: Survey | undefined;

  /** `seed` decides all randomness of the match. */
  constructor(id: string, epoch: number, seed: number, surroundings: MatchSurroundings) {
    const { rules, limits, counters, admissions, board } = surroundings;
    this.id = id;
    this.epoch = epoch;
    this.#surroundings = surroundings;
    this.#world = createWorld({ seed, rules });
    this.seating = new Seating(rules.seats, limits, counters, admissions, board);
    this.#survey = rules.regionSize > 0 ? new Survey(rules.regionSize) : undefined;
  }

  get state(): MatchState {
    return this.#state;
  }

  /** Whether it has a world that goes on. */
  get isLive(): boolean {
    return this.#state.kind === 'running' || this.#state.kind === 'finished';
  }

  /** Whether it came to its end, as matches do; else it was lost. */
  get hasEnded(): boolean {
    return this.#state.kind === 'over' && this.#state.reason === Closed_Reason.REASON_MATCH_ENDED;
  }

  get world(): Readonly<World> {
    return this.#world;
  }

  /** One tick, due at `scheduledMs`. Never throws (T3): the state tells how it went. */
  tick(scheduledMs: number): void {
    this.#surroundings.scratch.rewind();
    try {
      if (this.#world.tick % TICK_RATE === 0) this.seating.evictUnused(scheduledMs);
      if (this.seating.isEmpty) this.end(Closed_Reason.REASON_MATCH_ENDED); // T1
      if (this.isLive) this.#step(scheduledMs);
      if (this.isLive) this.#show();
    } catch (cause) {
      this.#end({ kind: 'failed', cause }, Closed_Reason.REASON_MATCH_FAILED);
    }
  }

  /** Ends it now: all channels are told why, nothing is held any more (T2). */
  end(reason: Closed_Reason): void {
    this.#end({ kind: 'over', reason }, reason);
  }

  #step(dueMs: number): void {
    const world = this.#world;
    const record = this.seating.record(world.tick + 1, dueMs);
    this.#record = encodeRecord(record, this.#surroundings.scratch);
    this.journal.push(world.tick + 1, this.#record);
    step(world, record);
    this.#survey?.work(world);
    if (this.#state.kind === 'finished') {
      if (world.tick >= this.#state.closeTick) this.end(Closed_Reason.REASON_MATCH_ENDED);
    } else if (world.level.phase === Phase.FINISHED) {
      const shownTicks = Math.ceil(this.#surroundings.limits.finishedMs / TICK_MS);
      this.#state = { kind: 'finished', closeTick: world.tick + 1 + shownTicks };
    }
  }

  #show(): void {
    const { audiences } = this.seating;
    if (audiences.length === 0) {
      this.#forget();
      return;
    }
    if (this.#survey === undefined) this.#showWhole();
    else this.#showParts(this.#look(), this.#survey.visibility);
  }

  #showWhole(): void {
    const world = this.#world;
    const { encoder } = this.#surroundings;
    encoder.beginMatch(this.#shown, world);
    for (const audience of this.seating.audiences) audience.send(encoder, world, this.#record);
    if (this.#shown === undefined) this.#shown = new Shown(world);
    else this.#shown.show(world);
  }

  #look(): View {
    const next = viewOver(this.#spare, this.#world);
    this.#spare = this.#view;
    this.#view = next;
    return next;
  }

  /** Of a divided match: what all have in common, and each region to those who have it in sight, once that is known. */
  #showParts(view: View, visibility: Visibility | undefined): void {
    if (visibility === undefined) {
      this.#shownParts = undefined;
      return;
    }
    const { audiences } = this.seating;
    const { encoder, regions } = this.#surroundings;
    const before = this.#shownParts;
    const base = before?.view.layout === view.layout ? before : undefined;
    if (base === undefined) this.#startOver();
    const next = { view, parts: partsOf(view, visibility.regions, base), visibility };
    encoder.begin(base === undefined ? emptyView : common(base.view), common(view), 0);
    regions.begin(base, next);
    for (const audience of audiences) audience.send(encoder, this.#world, this.#record, regions);
    this.#shownParts = next;
  }

  /** Another maze, with other regions: what anybody knew is worth nothing. */
  #startOver(): void {
    for (const { channels } of this.seating.audiences) for (const channel of channels) channel.needsKeyframe = true;
  }

  #forget(): void {
    this.#shown = undefined;
    this.#shownParts = undefined;
    this.#view = undefined;
    this.#spare = undefined;
  }

  #end(state: MatchState, reason: Closed_Reason): void {
    if (!this.isLive) return;
    this.#state = state;
    this.#forget();
    this.seating.clear(reason);
  }
}

/** What of a divided match everybody may know. */
function common(view: View): View {
  return { ...view, avatars: emptyView.avatars, clews: emptyView.clews };
}
