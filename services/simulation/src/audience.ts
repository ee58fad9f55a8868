import { type Glow, ownView, type World } from '@clew/maze';
import type { Closed_Reason, MatchFrame } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import type { FrameEncoder } from './frame-encoder.ts';
import type { InputBoard } from './input-board.ts';
import { InputQueue } from './input-queue.ts';
import { Outlook } from './outlook.ts';
import type { RegionEncoder } from './region-encoder.ts';

/** What a match needs of the trunk that leads to an edge. */
export interface TrunkWriter {
  /** False while the edge does not keep up: nothing but answers is written then. */
  readonly writable: boolean;
  /** A number for a match on this trunk. */
  nextMatchChannel(): number;
  /** Queues a match's frame; the object is the caller's again afterwards. */
  frame(frame: MatchFrame): void;
  /** Tells that a channel is closed; the trunk forgets it. */
  close(channel: number, reason: Closed_Reason): void;
}

/** How often a seat hears how early its inputs arrive. */
const MARGIN_TICKS = 20;

/** One player's connection to a seat, by way of a trunk. It holds what the player sent and notes what he was told. */
export class Channel {
  readonly number: number;
  readonly seat: number;
  readonly audience: Audience;
  readonly inputs: InputQueue;
  needsKeyframe = true;
  #toldGlow: Glow | undefined;
  #toldLate = 0;

  constructor(number: number, seat: number, audience: Audience, board: InputBoard) {
    this.number = number;
    this.seat = seat;
    this.audience = audience;
    this.inputs = new InputQueue(board, seat);
  }

  /** What this seat alone is to hear in this tick, if anything. `afresh`: with a keyframe, which forgets all. */
  own(
    encoder: FrameEncoder,
    world: World,
    afresh: boolean,
    regionsGone: readonly number[] = [],
  ): Uint8Array | undefined {
    if (afresh) this.#toldGlow = undefined;
    const { inputs } = this;
    const { glow } = ownView(world, this.seat);
    const glowDue = this.#toldGlow === undefined ? glow.cells.length > 0 : glow !== this.#toldGlow;
    const marginDue =
      inputs.unreported && (inputs.late !== this.#toldLate || (world.tick + this.seat) % MARGIN_TICKS === 0);
    this.#toldGlow = glow;
    if (!glowDue && !marginDue && regionsGone.length === 0) return undefined;
    if (!marginDue) return encoder.own(glowDue ? glow : undefined, undefined, regionsGone);
    this.#toldLate = inputs.late;
    inputs.reported();
    return encoder.own(glowDue ? glow : undefined, { marginMs: inputs.marginMs, late: inputs.late }, regionsGone);
  }
}

const nothing = new Uint8Array(0);
/** The message under way, the same for all matches: each is encoded before the next is begun. */
const message: MatchFrame = {
  matchChannel: 0,
  tick: 0,
  delta: nothing,
  keyframe: nothing,
  own: [],
  regionDeltas: undefined,
  regionKeyframes: undefined,
  sights: [],
  journal: nothing,
};

/** All channels of one match on one trunk: they share its frames. */
export class Audience {
  readonly trunk: TrunkWriter;
  readonly matchChannel: number;
  /** M3: at most one per seat; counted as simulation.channels. */
  readonly channels: Channel[] = [];
  /** Where the match is divided into regions. */
  #outlook: Outlook | undefined;
  /** The trunk had to skip ticks: nobody here has the last one. */
  #behind = false;

  constructor(trunk: TrunkWriter) {
    this.trunk = trunk;
    this.matchChannel = trunk.nextMatchChannel();
  }

  /** A channel is gone. */
  remove(channel: Channel): void {
    const at = this.channels.indexOf(channel);
    if (at >= 0) this.channels.splice(at, 1);
    this.#outlook?.forget(channel);
  }

  /**
   * Sends the encoder's frame and the tick's journal record; of a divided match also the regions that somebody here has in
   * sight. What the trunk cannot take is not queued: the newest keyframe makes up for it (M5).
   */
  send(encoder: FrameEncoder, world: World, record: Uint8Array, regions?: RegionEncoder): void {
    if (!this.trunk.writable) {
      this.#behind = true;
      return;
    }
    const owns: MatchFrame['own'] = [];
    const outlook = regions === undefined ? undefined : this.#lookout(regions);
    let someFollow = false;
    let someAreLost = false;
    for (const channel of this.channels) {
      const lost = this.#behind || channel.needsKeyframe;
      if (lost) someAreLost = true;
      else someFollow = true;
      const gone = regions === undefined ? undefined : outlook?.look(channel, regions, lost);
      const own = channel.own(encoder, world, lost, gone);
      if (own !== undefined) owns.push({ channel: channel.number, own });
      channel.needsKeyframe = false;
    }
    this.#behind = false;
    message.matchChannel = this.matchChannel;
    message.tick = world.tick;
    message.own = owns;
    message.delta = someFollow ? encoder.delta() : nothing;
    message.keyframe = someAreLost ? encoder.keyframe() : nothing;
    message.regionDeltas = someFollow ? regions?.deltas((region) => outlook!.isSeen(region)) : undefined;
    message.regionKeyframes = regions?.keyframes(outlook!.fresh());
    message.sights = outlook?.sights() ?? [];
    message.journal = record;
    this.trunk.frame(message);
  }

  #lookout(regions: RegionEncoder): Outlook {
    this.#outlook ??= new Outlook();
    this.#outlook.begin(regions);
    return this.#outlook;
  }
}
