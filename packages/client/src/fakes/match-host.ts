import {
  type Avatar,
  createWorld,
  delta,
  emptyRecord,
  emptyView,
  hashView,
  ownView,
  type Rules,
  step,
  TICK_MS,
  type View,
  view,
  type World,
} from '@clew/maze';
import type { Input, InputMargin } from '@clew/protocol/clew/play/v1/frame.ts';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';

export interface MatchHostOptions {
  readonly seed: number;
  readonly rules?: Partial<Rules>;
  /** The seat of the one player. */
  readonly seat?: number;
}

/** A match with one player, run by the real rules: what a simulation does for it, without the simulation. */
export class MatchHost {
  readonly world: World;
  readonly seat: number;
  /** Inputs that came too late for their tick. */
  late = 0;
  #view: View;
  #hasJoined = false;
  #queue: Input[] = [];
  #steppedAtMs = 0;
  #marginMs = 0;
  #isMarginDue = false;

  constructor({ seed, rules = {}, seat = 0 }: MatchHostOptions) {
    this.world = createWorld({ seed, rules });
    this.seat = seat;
    this.#view = view(this.world);
  }

  get avatar(): Avatar {
    return this.#view.avatars[this.seat]!;
  }

  get view(): View {
    return this.#view;
  }

  receive(inputs: readonly Input[], nowMs: number): void {
    for (const input of inputs) {
      const last = this.#queue.at(-1)?.sequence ?? this.world.avatars[this.seat]!.lastInput;
      if (input.sequence <= last) continue;
      const nextTickMs = this.#steppedAtMs + TICK_MS;
      this.#marginMs = Math.round(nextTickMs - nowMs + (input.tick - this.world.tick - 1) * TICK_MS);
      this.#isMarginDue ||= input.tick <= this.world.tick || this.world.tick % 20 === 0;
      if (input.tick <= this.world.tick) this.late += 1;
      this.#queue.push(input);
    }
  }

  /** Steps once and returns the frame: a delta to the frame before. */
  tick(nowMs: number): PlayResponse {
    const next = this.world.tick + 1;
    const due = this.#queue.filter(({ tick }) => tick <= next);
    this.#queue = this.#queue.filter(({ tick }) => tick > next);
    step(this.world, {
      ...emptyRecord,
      joins: this.#hasJoined ? [] : [{ seat: this.seat, displayName: 'Ariadne' }],
      inputs: due.map((input) => ({ seat: this.seat, ...input })),
    });
    this.#hasJoined = true;
    this.#steppedAtMs = nowMs;
    const base = this.#view;
    this.#view = view(this.world);
    const margin = this.#isMarginDue ? { marginMs: this.#marginMs, late: this.late } : undefined;
    this.#isMarginDue = false;
    return this.#message(base, false, margin);
  }

  /** All that may be known now. */
  keyframe(): PlayResponse {
    return this.#message(emptyView, true, undefined);
  }

  #message(base: View, keyframe: boolean, inputMargin: InputMargin | undefined): PlayResponse {
    const { tick } = this.#view;
    const message = PlayResponse.fromPartial({
      header: { tick, keyframe, viewHash: keyframe || tick % 20 === 0 ? hashView(this.#view) : 0 },
      regions: [{ region: 0, ...delta(base, this.#view) }],
      own: { glow: ownView(this.world, this.seat).glow, ...(inputMargin === undefined ? {} : { inputMargin }) },
    });
    return PlayResponse.decode(PlayResponse.encode(message).finish());
  }
}
