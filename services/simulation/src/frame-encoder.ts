import { delta, emptyView, type Glow, hashView, type View } from '@clew/maze';
import type { InputMargin } from '@clew/protocol/clew/play/v1/frame.ts';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import type { Scratch } from '@clew/service-kit/scratch';
import { encodeMoves } from './moves-encoder.ts';

/** How often frames carry the view's hash. */
const HASH_TICKS = 20;

/**
 * Turns what a match's players may know into bytes: encoded fields of PlayResponse, that edges put together.
 *
 * Each change is encoded once per match and tick, a keyframe too and only when somebody asks for it. One encoder serves
 * all matches of the process, one after the other: between `begin` and the next one the same bytes are given again.
 */
export class FrameEncoder {
  readonly #scratch: Scratch;
  #base: View = emptyView;
  #next: View = emptyView;
  #delta: Uint8Array | undefined;
  #keyframe: Uint8Array | undefined;
  #hash: number | undefined;

  /** What it gives stays as it is until the scratch is rewound. */
  constructor(scratch: Scratch) {
    this.#scratch = scratch;
  }

  /** From now on it is about what changed from `base` to `next`. A hash of 0 stands for none. */
  begin(base: View, next: View, hash?: 0): void {
    this.#base = base;
    this.#next = next;
    this.#delta = undefined;
    this.#keyframe = undefined;
    this.#hash = hash;
  }

  /** For those who know the base. */
  delta(): Uint8Array {
    this.#delta ??= this.#moves() ?? this.#encode(this.#base, false);
    return this.#delta;
  }

  /** For those who know nothing. */
  keyframe(): Uint8Array {
    this.#keyframe ??= this.#encode(emptyView, true);
    return this.#keyframe;
  }

  /** What concerns one seat alone. */
  own(glow: Glow | undefined, inputMargin: InputMargin | undefined, regionsGone: readonly number[] = []): Uint8Array {
    const own = { glow, inputMargin, regionsGone: [...regionsGone] };
    return this.#scratch.encode(PlayResponse, { event: undefined, header: undefined, regions: [], own, rows: [] });
  }

  #moves(): Uint8Array | undefined {
    if (this.#next.tick % HASH_TICKS === 0) return undefined;
    return encodeMoves(this.#base, this.#next, this.#scratch);
  }

  #encode(base: View, keyframe: boolean): Uint8Array {
    const { tick } = this.#next;
    const isHashed = keyframe || tick % HASH_TICKS === 0;
    if (isHashed) this.#hash ??= hashView(this.#next);
    const header = { tick, keyframe, durableTick: 0, viewHash: isHashed ? (this.#hash ?? 0) : 0 };
    const region = { region: 0, ...delta(base, this.#next), keyframe: false, hash: 0 };
    const message = { event: undefined, header, regions: [region], own: undefined, rows: [] };
    return this.#scratch.encode(PlayResponse, message);
  }
}
