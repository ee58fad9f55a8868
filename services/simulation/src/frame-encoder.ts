import { delta, emptyView, type Glow, hashView, type View, view, type World } from '@clew/maze';
import type { InputMargin } from '@clew/protocol/clew/play/v1/frame.ts';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import type { Scratch } from '@clew/service-kit/scratch';
import { encodeMoves } from './moves-encoder.ts';
import type { Shown } from './shown.ts';

/** How often frames carry the view's hash. */
const HASH_TICKS = 20;

/** What is told: how a match changed from what was shown of it, or one view after another. */
type Subject =
  | { readonly kind: 'match'; readonly shown: Shown | undefined; readonly world: World }
  | { readonly kind: 'views'; readonly base: View; readonly next: View; readonly hash: 0 | undefined };

/**
 * Turns what a match's players may know into bytes: encoded fields of PlayResponse, that edges put together.
 *
 * Each change is encoded once per match and tick, a keyframe too and only when somebody asks for it. One encoder serves
 * all matches of the process, one after the other: between one `begin` and the next the same bytes are given again.
 */
export class FrameEncoder {
  readonly #scratch: Scratch;
  #subject: Subject = { kind: 'views', base: emptyView, next: emptyView, hash: undefined };
  /** Of the world, once somebody needs it. */
  #view: View | undefined;
  #delta: Uint8Array | undefined;
  #keyframe: Uint8Array | undefined;
  #hash: number | undefined;

  /** What it gives stays as it is until the scratch is rewound. */
  constructor(scratch: Scratch) {
    this.#scratch = scratch;
  }

  /** From now on it is about a match, and what was shown of it before, if anything. */
  beginMatch(shown: Shown | undefined, world: World): void {
    this.#begin({ kind: 'match', shown, world });
  }

  /** From now on it is about what changed from `base` to `next`. A hash of 0 stands for none. */
  begin(base: View, next: View, hash?: 0): void {
    this.#begin({ kind: 'views', base, next, hash });
    this.#hash = hash;
  }

  /** For those who know what was before. */
  delta(): Uint8Array {
    this.#delta ??= this.#moves() ?? this.#encode(this.#base(), false);
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

  #begin(subject: Subject): void {
    this.#subject = subject;
    this.#view = undefined;
    this.#delta = undefined;
    this.#keyframe = undefined;
    this.#hash = undefined;
  }

  #moves(): Uint8Array | undefined {
    const subject = this.#subject;
    if (subject.kind !== 'match' || subject.shown === undefined) return undefined;
    if (subject.world.tick % HASH_TICKS === 0) return undefined;
    return encodeMoves(subject.shown, subject.world, this.#scratch);
  }

  #base(): View {
    const subject = this.#subject;
    return subject.kind === 'views' ? subject.base : (subject.shown?.view() ?? emptyView);
  }

  #next(): View {
    if (this.#subject.kind === 'views') return this.#subject.next;
    this.#view ??= view(this.#subject.world);
    return this.#view;
  }

  #encode(base: View, keyframe: boolean): Uint8Array {
    const next = this.#next();
    const isHashed = keyframe || next.tick % HASH_TICKS === 0;
    if (isHashed) this.#hash ??= hashView(next);
    const header = { tick: next.tick, keyframe, durableTick: 0, viewHash: isHashed ? (this.#hash ?? 0) : 0 };
    const region = { region: 0, ...delta(base, next), keyframe: false, hash: 0 };
    const message = { event: undefined, header, regions: [region], own: undefined, rows: [] };
    return this.#scratch.encode(PlayResponse, message);
  }
}
