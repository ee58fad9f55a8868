import {
  type Content,
  cellAt,
  contentDelta,
  hashContent,
  type Parts,
  RowsDraft,
  type View,
  type Visibility,
} from '@clew/maze';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import type { RegionFrames } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import type { Scratch } from '@clew/service-kit/scratch';

/** A divided match as it is shown at a tick. */
export interface DividedView {
  readonly view: View;
  readonly parts: Parts;
  readonly visibility: Visibility;
}

/** How often the frames of a region carry its hash; not those of all regions in one tick. */
const HASH_TICKS = 20;

const empty: Content = { avatars: [], clews: [] };
const nothing = new Uint8Array(0);
const unchanged = { layout: undefined, level: undefined, moves: undefined };

/**
 * The frames of the regions of one divided match after the other: encoded fields of PlayResponse, that edges append to what
 * all have in common. Each region's change is encoded once per tick, its keyframe too and only when somebody asks for it.
 */
export class RegionEncoder {
  readonly #scratch: Scratch;
  #base: DividedView | undefined;
  #next!: DividedView;
  /** By region, M3: of one tick. */
  #deltas: (Uint8Array | undefined)[] = [];
  /** The same (M3). */
  #keyframes: (Uint8Array | undefined)[] = [];

  /** What it gives stays as it is until the scratch is rewound. */
  constructor(scratch: Scratch) {
    this.#scratch = scratch;
  }

  /** From now on it is about what changed from `base` to `next`, which are of the same maze. */
  begin(base: DividedView | undefined, next: DividedView): void {
    this.#base = base;
    this.#next = next;
    this.#deltas = [];
    this.#keyframes = [];
  }

  get visibility(): Visibility {
    return this.#next.visibility;
  }

  /** The region that a seat's avatar stands in. */
  regionOf(seat: number): number {
    const { view, visibility } = this.#next;
    const { x, y, z } = view.avatars[seat]!;
    return visibility.regions.ofCell[cellAt(view.layout, x, y, z)]!;
  }

  /** The changes of those regions that are wanted and did change; undefined when none did. */
  deltas(isWanted: (region: number) => boolean): RegionFrames | undefined {
    const frames = new FramesDraft();
    for (let region = 1; region <= this.visibility.regions.count; region++) {
      if (isWanted(region)) frames.add(region, this.#deltaOf(region));
    }
    return frames.finish();
  }

  /** Regions for those who know nothing of them, by ascending number; undefined when there are none. */
  keyframes(regions: readonly number[]): RegionFrames | undefined {
    const frames = new FramesDraft();
    for (const region of regions) frames.add(region, this.#keyframeOf(region));
    return frames.finish();
  }

  #deltaOf(region: number): Uint8Array {
    const known = this.#deltas[region];
    if (known !== undefined) return known;
    const base = contentOf(this.#base, region);
    const next = contentOf(this.#next, region);
    const bytes = base === empty && next === empty ? nothing : this.#encode(region, base, next, false);
    this.#deltas[region] = bytes;
    return bytes;
  }

  #keyframeOf(region: number): Uint8Array {
    this.#keyframes[region] ??= this.#encode(region, empty, contentOf(this.#next, region), true);
    return this.#keyframes[region];
  }

  #encode(region: number, base: Content, next: Content, keyframe: boolean): Uint8Array {
    const { tick } = this.#next.view;
    const moves = new RowsDraft();
    const change = contentDelta(base, next, moves);
    const { avatars, avatarsGone, clews, clewsGone } = change;
    const isHashed = keyframe || (tick + region) % HASH_TICKS === 0;
    const isTold = isHashed || avatars.length + avatarsGone.length + clews.length + clewsGone.length > 0;
    if (!isTold && moves.rows.length === 0) return nothing;
    const hash = isHashed ? hashContent(tick, next) : 0;
    const regions = isTold ? [{ ...unchanged, ...change, region, keyframe, hash }] : [];
    const message = { event: undefined, header: undefined, regions, own: undefined, rows: moves.rows };
    return this.#scratch.encode(PlayResponse, message);
  }
}

function contentOf(divided: DividedView | undefined, region: number): Content {
  const avatars = divided?.parts.avatars[region];
  const clews = divided?.parts.clews[region];
  return avatars === undefined && clews === undefined ? empty : { avatars: avatars ?? [], clews: clews ?? [] };
}

/** RegionFrames being gathered, for as long as one tick is written. */
class FramesDraft {
  readonly #frames: RegionFrames = { regions: [], sizes: [], frames: nothing };
  /** M3: one per region. */
  readonly #pieces: Uint8Array[] = [];

  add(region: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#frames.regions.push(region);
    this.#frames.sizes.push(bytes.length);
    this.#pieces.push(bytes);
  }

  finish(): RegionFrames | undefined {
    if (this.#pieces.length === 0) return undefined;
    this.#frames.frames = Buffer.concat(this.#pieces);
    return this.#frames;
  }
}
