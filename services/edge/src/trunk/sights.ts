import type { MatchFrame, RegionFrames } from '@clew/protocol/clew/simulation/v1/simulation.ts';

/** One tick for one seat: what it gets when it has the tick before, and when it has not; empty where there is none. */
export interface ChannelFrame {
  readonly tick: number;
  readonly delta: Uint8Array;
  readonly keyframe: Uint8Array;
}

/** Those who see the same regions: they get the same bytes. */
interface Company<Viewer> {
  readonly key: string;
  readonly regions: readonly number[];
  readonly viewers: Set<Viewer>;
}

const nothing = new Uint8Array(0);

/**
 * Who sees what of a match that is divided into regions. Its frames come in pieces, one for all and one per region; what a
 * viewer gets is put together here, once for all who see the same. It knows regions as numbers only.
 */
export class Sights<Viewer> {
  /** M3: one company per viewer at most. */
  readonly #companies = new Map<string, Company<Viewer>>();
  /** M3: one entry per viewer, which are channels of one match. */
  readonly #companyOf = new Map<Viewer, Company<Viewer>>();

  /** How many see something. */
  get size(): number {
    return this.#companyOf.size;
  }

  /** How many different things they see. */
  get companies(): number {
    return this.#companies.size;
  }

  /** Hands a frame on to all viewers; `viewerOf` knows them by their channels. */
  relay(
    frame: MatchFrame,
    viewerOf: (channel: number) => Viewer | undefined,
    tell: (viewer: Viewer, frame: ChannelFrame) => void,
  ): void {
    const pieces = new Pieces(frame);
    const moved = this.#move(frame, viewerOf);
    for (const { regions, viewers } of this.#companies.values()) {
      const shared = new PiecedFrame(pieces, regions, regions);
      for (const viewer of viewers) {
        const before = moved.get(viewer);
        tell(viewer, before === undefined ? shared : new PiecedFrame(pieces, regions, before));
      }
    }
  }

  forget(viewer: Viewer): void {
    const company = this.#companyOf.get(viewer);
    if (company === undefined) return;
    this.#companyOf.delete(viewer);
    company.viewers.delete(viewer);
    if (company.viewers.size === 0) this.#companies.delete(company.key);
  }

  /** Takes in who sees other regions from now on; returns what they saw before. */
  #move({ sights }: MatchFrame, viewerOf: (channel: number) => Viewer | undefined): Map<Viewer, readonly number[]> {
    const moved = new Map<Viewer, readonly number[]>();
    for (const { channels, regions } of sights) {
      const key = regions.join();
      for (const channel of channels) {
        const viewer = viewerOf(channel);
        if (viewer === undefined) continue;
        moved.set(viewer, this.#companyOf.get(viewer)?.regions ?? []);
        this.forget(viewer);
        let company = this.#companies.get(key);
        if (company === undefined) {
          company = { key, regions, viewers: new Set() };
          this.#companies.set(key, company);
        }
        company.viewers.add(viewer);
        this.#companyOf.set(viewer, company);
      }
    }
    return moved;
  }
}

/** A frame's bytes by region. */
class Pieces {
  readonly frame: MatchFrame;
  readonly deltas: ReadonlyMap<number, Uint8Array>;
  readonly keyframes: ReadonlyMap<number, Uint8Array>;

  constructor(frame: MatchFrame) {
    this.frame = frame;
    this.deltas = piecesOf(frame.regionDeltas);
    this.keyframes = piecesOf(frame.regionKeyframes);
  }
}

function piecesOf(frames: RegionFrames | undefined): Map<number, Uint8Array> {
  const pieces = new Map<number, Uint8Array>();
  if (frames === undefined) return pieces;
  let at = 0;
  for (let index = 0; index < frames.regions.length; index++) {
    const end = at + frames.sizes[index]!;
    pieces.set(frames.regions[index]!, frames.frames.subarray(at, end));
    at = end;
  }
  return pieces;
}

/** Put together when somebody wants it. */
class PiecedFrame implements ChannelFrame {
  readonly tick: number;
  readonly #pieces: Pieces;
  readonly #regions: readonly number[];
  /** Those that the viewer knew in the tick before; the others come as keyframes. */
  readonly #known: readonly number[];
  #delta: Uint8Array | undefined;
  #keyframe: Uint8Array | undefined;

  constructor(pieces: Pieces, regions: readonly number[], known: readonly number[]) {
    this.tick = pieces.frame.tick;
    this.#pieces = pieces;
    this.#regions = regions;
    this.#known = known;
  }

  get delta(): Uint8Array {
    const { frame, deltas, keyframes } = this.#pieces;
    this.#delta ??= joined(frame.delta, this.#regions, (region) =>
      this.#known === this.#regions || this.#known.includes(region)
        ? (deltas.get(region) ?? nothing)
        : keyframes.get(region),
    );
    return this.#delta;
  }

  get keyframe(): Uint8Array {
    const { frame, keyframes } = this.#pieces;
    this.#keyframe ??= joined(frame.keyframe, this.#regions, (region) => keyframes.get(region));
    return this.#keyframe;
  }
}

/** What all get and what each region adds; nothing where a part is missing. */
function joined(
  first: Uint8Array,
  regions: readonly number[],
  pieceOf: (region: number) => Uint8Array | undefined,
): Uint8Array {
  if (first.length === 0) return nothing;
  const pieces = regions.map(pieceOf);
  if (pieces.includes(undefined)) return nothing;
  const told = (pieces as Uint8Array[]).filter(({ length }) => length > 0);
  return told.length === 0 ? first : Buffer.concat([first, ...told]);
}
