import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import type { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import type { ChannelFrame } from './sights.ts';

/** Whose stream opened, and into which match. */
export interface ChannelSeat {
  readonly matchId: string;
  readonly playerId: string;
  readonly sessionEpoch: number;
  /** W3C traceparent of the join; "" when nobody follows it. */
  readonly traceParent?: string;
}

/** What a simulation tells one seat. After `closed` or `broken` nothing comes any more. */
export interface ChannelListener {
  /** The seat is the channel's; frames follow. */
  attached(seat: number): void;
  /** One tick. `own` is what concerns this seat alone, to append. The bytes are views: valid while they are written. */
  frame(frame: ChannelFrame, own: Uint8Array | undefined): void;
  /** The simulation closed the channel. */
  closed(reason: Closed_Reason): void;
  /** The trunk is gone, and with it all of its channels. */
  broken(): void;
}

/** One seat's way through a trunk. */
export interface Channel {
  /** Sends inputs up, in order of sequence. */
  steer(inputs: readonly Input[]): void;
  /** Asks for a keyframe: the reader missed frames. */
  askKeyframe(): void;
  /** Ends it; the listener hears no more. True gives the seat up, false keeps it. */
  detach(leave: boolean): void;
}
