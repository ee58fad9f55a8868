import type { MatchRef } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import { Closed_Reason } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { backoffMs } from '@clew/service-kit/backoff';
import type { Counters } from '@clew/service-kit/counters';
import type { TraceParent } from '@clew/service-kit/telemetry/tracing';
import { freshInputs } from './inputs.ts';
import type { MatchLookups } from './match-lookups.ts';
import type { Channel, ChannelListener } from './trunk/channel.ts';
import type { ChannelFrame } from './trunk/sights.ts';
import type { Trunks } from './trunk/trunks.ts';

/**
 * One player's place in one match, as the edge keeps it: it finds the match's owner, holds a channel to it, and finds it
 * again when the channel breaks, for as long as the player's stream stands. It knows frames as bytes only.
 *
 * P1 It gets deltas only on top of the tick before; a gap, or a reader that was slow, waits for a keyframe (M5).
 * P2 Every phase owns what it needs, and leaving the phase frees it: a timer, or a channel. Disposing keeps the seat in
 *    the match; `leave` gives it up.
 * P3 The holder is told one end, once: ended, unknown, lost or replaced. Nothing after it, nothing after disposal.
 * P4 No simulation within `lostMs` means the match is lost, whatever the directory says. While nobody answers for the
 *    directory, the last known owner is tried: a match plays on without matchmaking.
 */
export interface SeatHolder {
  /** The seat is ours, first or with another number than before. */
  seatTaken(seat: number): void;
  /** Whether the reader still has earlier messages to take. */
  readerSlow(): boolean;
  /** One message down. */
  relay(first: Uint8Array, second: Uint8Array | undefined): void;
  /** The match is over. */
  seatEnded(): void;
  /** No such match, or no seat in it. */
  seatUnknown(): void;
  /** The match died with its simulation. */
  seatLost(): void;
  /** A newer stream of the player holds the seat. */
  seatReplaced(): void;
}

export interface SeatServices {
  readonly lookups: MatchLookups;
  readonly trunks: Trunks;
  readonly counters: Counters;
  /** Bound of an attach that nobody answers. */
  readonly attachMs: number;
  readonly lostMs: number;
  readonly tickMs: number;
}

export interface SeatOwner {
  readonly playerId: string;
  readonly sessionEpoch: number;
  /** Of the join that led here; "" when nobody follows it. */
  readonly traceParent?: TraceParent;
}

type SeatLife =
  /** Asks the directory, after a wait when it is not the first time. */
  | { readonly phase: 'seeking'; readonly timer: NodeJS.Timeout }
  /** Waits for the simulation's answer. */
  | { readonly phase: 'attaching'; readonly channel: Channel; readonly sinceMs: number }
  | { readonly phase: 'playing'; readonly channel: Channel }
  | { readonly phase: 'over' };

/** Whether the next delta has its base; and if not, whether a keyframe is on its way. */
type KeyframeNeed = 'none' | 'wanted' | 'asked';

/** A frame that came so long after the one before is late. */
const lateAfterTicks = 1.5;
const retryFirstMs = 100;
const retryLongestMs = 1_000;
/** A keyframe that was asked for and did not come is asked for again. */
const keyframeAgainMs = 500;

export class Seat implements Disposable {
  readonly matchId: string;
  readonly #owner: SeatOwner;
  readonly #holder: SeatHolder;
  readonly #services: SeatServices;
  #life: SeatLife;
  #match: MatchRef | undefined;
  #attempt = 0;
  /** Since when no simulation holds the seat. */
  #apartMs = performance.now();
  #number: number | undefined;
  #highestSequence = 0;
  #tick: number | undefined;
  #heardMs = 0;
  #keyframe: KeyframeNeed = 'asked';
  #askedMs = 0;

  /** Starts at once; with `match` where the owner is known already. */
  constructor(
    matchId: string,
    match: MatchRef | undefined,
    owner: SeatOwner,
    holder: SeatHolder,
    services: SeatServices,
  ) {
    this.matchId = matchId;
    this.#owner = owner;
    this.#holder = holder;
    this.#services = services;
    this.#match = match;
    this.#life = { phase: 'seeking', timer: setTimeout(() => (match ? this.#attach(match) : this.#seek()), 0) };
  }

  /** Whether a simulation answered for the seat. */
  get playing(): boolean {
    return this.#life.phase === 'playing';
  }

  /** Passes inputs on, whose ranges were checked. Throws INVALID_ARGUMENT when a tick is too far from the match's. */
  steer(inputs: readonly Input[]): void {
    if (this.#life.phase !== 'playing') return;
    const fresh = freshInputs(inputs, {
      highestSequence: this.#highestSequence,
      tick: this.#tick,
      ticksSince: Math.floor((performance.now() - this.#heardMs) / this.#services.tickMs),
    });
    const newest = fresh.at(-1);
    if (newest === undefined) return;
    this.#highestSequence = newest.sequence;
    this.#life.channel.steer(fresh);
  }

  /** The reader took all that it had: what it missed comes as a keyframe (M5). */
  readerDrained(): void {
    if (this.#keyframe === 'wanted') this.#askKeyframe(performance.now());
  }

  /** To be called about every half second. */
  pulse(nowMs: number): void {
    if (this.#life.phase === 'attaching' && nowMs - this.#life.sinceMs > this.#services.attachMs) {
      this.#life.channel.detach(false);
      this.#seekLater();
    } else if (this.#keyframe !== 'none' && nowMs - this.#askedMs > keyframeAgainMs && !this.#holder.readerSlow()) {
      this.#askKeyframe(nowMs);
    }
  }

  /** Gives the seat up. */
  leave(): void {
    this.#finish(true);
  }

  [Symbol.dispose](): void {
    this.#finish(false);
  }

  #finish(leave: boolean): void {
    const life = this.#life;
    this.#life = { phase: 'over' }; // P3
    if (life.phase === 'seeking') clearTimeout(life.timer);
    else if (life.phase !== 'over') life.channel.detach(leave);
  }

  #seekLater(): void {
    const waitMs = backoffMs(this.#attempt, retryFirstMs, retryLongestMs);
    this.#attempt += 1;
    this.#life = { phase: 'seeking', timer: setTimeout(() => this.#seek(), waitMs) };
  }

  async #seek(): Promise<void> {
    const seeking = this.#life;
    const found = await this.#services.lookups.find(this.matchId);
    if (this.#life !== seeking) return;
    if (performance.now() - this.#apartMs > this.#services.lostMs) return this.#over(() => this.#holder.seatLost()); // P4
    switch (found.kind) {
      case 'found':
        return this.#attach(found.match);
      case 'finished':
        return this.#over(() => this.#holder.seatEnded());
      case 'unknown':
        if (this.#match === undefined) return this.#over(() => this.#holder.seatUnknown());
        return this.#over(() => this.#holder.seatLost());
      case 'away':
        if (this.#match === undefined) return this.#seekLater();
        return this.#attach(this.#match); // P4
    }
  }

  #attach(match: MatchRef): void {
    this.#match = match;
    const listener: ChannelListener = {
      attached: (seat) => this.#attached(seat),
      frame: (frame, own) => this.#frame(frame, own),
      closed: (reason) => this.#closed(reason),
      broken: () => this.#broken(),
    };
    const seat = { matchId: this.matchId, ...this.#owner };
    try {
      const channel = this.#services.trunks.attach(match.trunkAddress, seat, listener);
      this.#life = { phase: 'attaching', channel, sinceMs: performance.now() };
    } catch {
      this.#seekLater(); // as many trunks as may be, or no address at all
    }
  }

  #attached(seat: number): void {
    if (this.#life.phase !== 'attaching') return;
    this.#life = { phase: 'playing', channel: this.#life.channel };
    this.#attempt = 0;
    this.#keyframe = 'asked'; // it comes by itself
    this.#askedMs = performance.now();
    if (this.#number === seat) return;
    this.#number = seat;
    this.#holder.seatTaken(seat);
  }

  #frame(frame: ChannelFrame, own: Uint8Array | undefined): void {
    if (this.#life.phase !== 'playing') return;
    const nowMs = performance.now();
    const isNext = this.#tick !== undefined && frame.tick === this.#tick + 1;
    if (isNext && nowMs - this.#heardMs > lateAfterTicks * this.#services.tickMs) {
      this.#services.counters.add('edge.frames_late');
    }
    const follows = this.#keyframe === 'none' && frame.delta.length > 0 && frame.tick === (this.#tick ?? 0) + 1;
    this.#tick = frame.tick;
    this.#heardMs = nowMs;
    const bytes = follows ? frame.delta : frame.keyframe;
    if (this.#holder.readerSlow()) {
      if (this.#keyframe === 'none' || frame.keyframe.length > 0) this.#keyframe = 'wanted'; // P1
    } else if (bytes.length > 0) {
      this.#keyframe = 'none';
      this.#holder.relay(bytes, own);
    } else if (this.#keyframe !== 'asked') {
      this.#askKeyframe(this.#heardMs);
    }
  }

  #closed(reason: Closed_Reason): void {
    switch (reason) {
      case Closed_Reason.REASON_MATCH_ENDED:
        this.#over(() => this.#holder.seatEnded());
        break;
      case Closed_Reason.REASON_SEAT_UNKNOWN:
        this.#over(() => this.#holder.seatUnknown());
        break;
      case Closed_Reason.REASON_REPLACED:
        this.#over(() => this.#holder.seatReplaced());
        break;
      case Closed_Reason.REASON_MATCH_FAILED:
        this.#over(() => this.#holder.seatLost());
        break;
      default:
        this.#broken();
    }
  }

  /** No simulation holds the seat any more: where is its match now? */
  #broken(): void {
    if (this.#life.phase === 'playing') this.#apartMs = performance.now();
    this.#tick = undefined;
    this.#seekLater();
  }

  #askKeyframe(nowMs: number): void {
    if (this.#life.phase !== 'playing') return;
    this.#keyframe = 'asked';
    this.#askedMs = nowMs;
    this.#services.counters.add('edge.keyframes_asked');
    this.#life.channel.askKeyframe();
  }

  #over(tell: () => void): void {
    this.#life = { phase: 'over' }; // P3
    tell();
  }
}
