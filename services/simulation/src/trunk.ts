import {
  type Attach,
  Closed_Reason,
  type Detach,
  type MatchFrame,
  TrunkRequest,
  TrunkResponse,
} from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { channelAt, INPUT_COLUMNS } from '@clew/protocol/input-rows';
import { MessageWriter } from '@clew/service-kit/bidi/messages';
import type { ServerCall } from '@clew/service-kit/bidi/server-call';
import type { Counters } from '@clew/service-kit/counters';
import type { Log } from '@clew/service-kit/log';
import { checkedTraceparent, openSpan } from '@clew/service-kit/telemetry/tracing';
import { status } from '@grpc/grpc-js';
import type { TrunkWriter } from './audience.ts';
import { Backlog } from './backlog.ts';
import type { CounterName } from './counter-names.ts';
import { Leads } from './leads.ts';
import type { Matches } from './matches.ts';
import type { Clock } from './tick-loop.ts';
import { readUsualInputs } from './usual-inputs.ts';

export interface TrunkOptions {
  readonly matches: Matches;
  readonly counters: Counters<CounterName>;
  readonly clock: Clock;
  readonly log: Log;
  /** An edge that takes nothing for this long is cut off. */
  readonly stallMs: number;
  /** Silence is broken this often. */
  readonly aliveMs: number;
  /** The first message named the edge. */
  readonly onNamed: (trunk: Trunk, edgeId: string) => void;
  readonly onGone: (trunk: Trunk) => void;
}

/** A message that reaches this size is sent before its phase is over. */
const MESSAGE_BYTES = 128 * 1024;
/** Answers that may wait for an edge that does not read; beyond, it is cut off. */
const ANSWER_BYTES_MAX = 256 * 1024;

/** The edge does not keep to the protocol. */
class ProtocolError extends Error {}

type TrunkState = { readonly kind: 'unnamed' | 'gone' } | { readonly kind: 'open'; readonly edgeId: string };

const alive = new MessageWriter(TrunkResponse).finish();
/** M3: never filled. */
const none: never[] = [];

/**
 * One edge's stream: inputs of all its players up, frames of all their matches down.
 *
 * K1 All that is to be said in one phase of the tick leaves as one message, and an empty one breaks longer silence. What an edge
 *    asks is answered at once: the next phase may be a tick away.
 * K2 What waits for the edge is bounded. At the bound frames are dropped, not queued: once the edge has read all, each
 *    of its matches sends a keyframe (M5).
 * K3 An edge that takes nothing for `stallMs` is cut off with a reset, whatever its kernel answers (M4).
 * K4 However the stream ends, that is noticed once, and exactly the channels that lead through it lose their seats' hold.
 */
export class Trunk implements TrunkWriter {
  readonly #call: ServerCall;
  readonly #options: TrunkOptions;
  readonly #leads = new Leads();
  readonly #backlog = new Backlog();
  #state: TrunkState = { kind: 'unnamed' };
  #writer = new MessageWriter(TrunkResponse);
  /** How much is in the writer, about. */
  #gatheredBytes = 0;
  readonly #openedMs: number;
  #writtenMs: number;
  #matchChannel = 0;

  constructor(call: ServerCall, options: TrunkOptions) {
    this.#call = call;
    this.#options = options;
    this.#openedMs = options.clock();
    this.#writtenMs = this.#openedMs;
    call.listen({
      message: (message) => this.#receive(message),
      ended: () => this.#farewell(),
      closed: () => this.#release(),
    });
  }

  get edgeId(): string | undefined {
    return this.#state.kind === 'open' ? this.#state.edgeId : undefined;
  }

  get channels(): number {
    return this.#leads.size;
  }

  get backlogBytes(): number {
    return this.#backlog.bytes;
  }

  get writable(): boolean {
    return this.#state.kind === 'open' && !this.#backlog.congested;
  }

  nextMatchChannel(): number {
    this.#matchChannel++;
    return this.#matchChannel;
  }

  frame(frame: MatchFrame): void {
    const { delta, keyframe, journal, regionDeltas, regionKeyframes } = frame;
    const regionBytes = (regionDeltas?.frames.length ?? 0) + (regionKeyframes?.frames.length ?? 0);
    const bytes = delta.length + keyframe.length + journal.length + regionBytes;
    this.#gather({ attached: none, closed: none, frames: [frame] }, bytes + 16 * (1 + frame.own.length));
    if (this.#gatheredBytes >= MESSAGE_BYTES) this.#write(this.#options.clock());
  }

  close(channel: number, reason: Closed_Reason): void {
    if (!this.#leads.delete(channel)) return;
    this.#gather({ attached: none, closed: [{ channel, reason }], frames: none }, 16);
  }

  /** Sends what was gathered (K1) and looks after the edge (K3). Called in every phase. */
  flush(nowMs: number): void {
    if (this.#state.kind === 'gone') return;
    const { aliveMs } = this.#options;
    if (this.#isStalled(nowMs)) {
      this.cut(); // K3
    } else if (this.#backlog.congested) {
      if (this.#gatheredBytes > ANSWER_BYTES_MAX) this.cut(); // K2
    } else if (this.#gatheredBytes > 0) {
      this.#write(nowMs);
    } else if (this.#backlog.messages === 0 && nowMs - this.#writtenMs >= aliveMs) {
      this.#send(alive, nowMs);
    }
  }

  /** The edge is told all that was gathered, then that the stream is over. */
  end(): void {
    if (this.#state.kind === 'gone') return;
    if (this.#gatheredBytes > 0) this.#write(this.#options.clock());
    this.#release();
    this.#call.end();
  }

  /** At once, with all that waits. */
  cut(): void {
    if (this.#state.kind === 'gone') return;
    this.#options.counters.add('simulation.trunks_cut');
    this.#release();
    this.#call.cut();
  }

  /** What goes wrong in here costs this trunk, never the process. */
  #receive(message: Uint8Array): void {
    try {
      const usual = this.#state.kind === 'open' ? readUsualInputs(message) : undefined;
      if (usual === undefined) this.#take(decoded(message));
      else this.#offer(usual, Math.round(this.#options.clock()));
      if (this.#gatheredBytes > 0 && this.writable) this.#write(this.#options.clock()); // K1
    } catch (error) {
      if (error instanceof ProtocolError) {
        this.#refuse(error.message);
      } else {
        this.#options.log.error({ err: error }, 'a trunk failed and was cut');
        this.cut();
      }
    }
  }

  #take(request: TrunkRequest): void {
    if (this.#state.kind === 'gone') return;
    if (this.#state.kind === 'unnamed') {
      if (request.edgeId === '') throw new ProtocolError('edge_id must be set in the first message');
      this.#state = { kind: 'open', edgeId: request.edgeId };
      this.#options.onNamed(this, request.edgeId);
    }
    const nowMs = this.#options.clock();
    for (const attach of request.attaches) this.#attach(attach);
    this.#offer(Uint32Array.from(request.inputs), Math.round(nowMs));
    for (const number of request.keyframes) {
      const lead = this.#leads.get(number);
      if (lead !== undefined) lead.channel.needsKeyframe = true;
    }
    for (const detach of request.detaches) this.#detach(detach, nowMs);
  }

  #attach(attach: Attach): void {
    const { traceParent = '' } = attach;
    if (traceParent === '') return void this.#attached(attach);
    const span = openSpan('attach', { kind: 'SERVER', parent: checkedTraceparent(traceParent) });
    const isAttached = this.#attached(attach); // whether anybody exports spans here or not
    span?.end(isAttached ? undefined : 'refused');
  }

  /** False when it was refused; the edge was told why. */
  #attached({ channel: number, matchId, playerId, sessionEpoch }: Attach): boolean {
    if (number === 0 || this.#leads.has(number)) throw new ProtocolError(`channel ${number} cannot be used`);
    const match = this.#options.matches.get(matchId);
    const outcome = match?.seating.attach(this, number, playerId, sessionEpoch);
    if (match === undefined || outcome === undefined || outcome.kind === 'refused') {
      const reason = outcome?.kind === 'refused' ? outcome.reason : Closed_Reason.REASON_MATCH_UNKNOWN;
      this.#answer(number, reason);
      return false;
    }
    const { channel } = outcome;
    this.#leads.set(number, { match, channel });
    this.#options.counters.add('simulation.attaches');
    const { audience, seat } = channel;
    const attached = { channel: number, matchChannel: audience.matchChannel, seat };
    this.#gather({ attached: [attached], closed: none, frames: none }, 16);
    return true;
  }

  #answer(channel: number, reason: Closed_Reason): void {
    this.#options.counters.add('simulation.attaches_refused');
    this.#gather({ attached: none, closed: [{ channel, reason }], frames: none }, 16);
  }

  #offer(rows: Uint32Array, nowMs: number): void {
    if (rows.length % INPUT_COLUMNS !== 0) throw new ProtocolError(`inputs must be rows of ${INPUT_COLUMNS}`);
    const { board } = this.#options.matches;
    for (let at = 0; at < rows.length; at += INPUT_COLUMNS) {
      const line = this.#leads.line(channelAt(rows, at));
      if (line === undefined) this.#options.counters.add('simulation.inputs_homeless');
      else if (!board.note(line, rows, at, nowMs)) this.#offerAnother(rows, at, nowMs);
    }
  }

  #offerAnother(rows: Uint32Array, at: number, nowMs: number): void {
    const { channel } = this.#leads.get(channelAt(rows, at))!;
    if (!channel.inputs.offer(rows, at, nowMs)) this.#options.counters.add('simulation.inputs_full');
  }

  #detach({ channel: number, leave }: Detach, nowMs: number): void {
    const lead = this.#leads.get(number);
    if (lead === undefined) return;
    this.#leads.delete(number);
    lead.match.seating.detach(lead.channel, leave, nowMs);
  }

  /** The edge has ended its side: it wants nothing any more. What it did not read goes with it (K2). */
  #farewell(): void {
    if (this.#backlog.messages > 0) this.cut();
    this.#release();
    this.#call.end();
  }

  #refuse(details: string): void {
    this.#options.counters.add('simulation.trunks_refused');
    if (this.#backlog.messages > 0) return void this.cut(); // K2: it would not hear why
    this.#release();
    this.#call.end(status.INVALID_ARGUMENT, details);
  }

  /** Adds a part of a response to what leaves with this phase. */
  #gather(response: TrunkResponse, bytes: number): void {
    try {
      if (this.#state.kind === 'gone') return;
      this.#writer.add(response);
      this.#gatheredBytes += bytes;
    } catch (error) {
      this.#options.log.error({ err: error }, 'a trunk cannot be written to and was cut');
      this.cut(); // the writer is left in the middle of a message
    }
  }

  /** An edge that does not read, or never says who it is. */
  #isStalled(nowMs: number): boolean {
    const { stallMs } = this.#options;
    if (this.#state.kind === 'unnamed') return nowMs - this.#openedMs >= stallMs;
    return this.#backlog.stalledMs(nowMs) >= stallMs;
  }

  #write(nowMs: number): void {
    this.#gatheredBytes = 0;
    this.#send(this.#writer.finish(), nowMs);
  }

  #send(message: Buffer, nowMs: number): void {
    const { counters } = this.#options;
    this.#writtenMs = nowMs;
    this.#call.write(message, this.#onTaken);
    counters.add('simulation.trunk_messages');
    counters.add('simulation.trunk_bytes', message.length);
    if (this.#backlog.add(message.length, nowMs)) counters.add('simulation.trunks_congested'); // K2
  }

  readonly #onTaken = (): void => this.#backlog.taken(this.#options.clock());

  /** K4. */
  #release(): void {
    if (this.#state.kind === 'gone') return;
    this.#state = { kind: 'gone' };
    const nowMs = this.#options.clock();
    for (const { match, channel } of this.#leads.clear()) match.seating.detach(channel, false, nowMs);
    this.#writer = new MessageWriter(TrunkResponse);
    this.#gatheredBytes = 0;
    this.#options.onGone(this);
  }
}

/** Throws ProtocolError. */
function decoded(message: Uint8Array): TrunkRequest {
  try {
    return TrunkRequest.decode(message);
  } catch {
    throw new ProtocolError('a message cannot be decoded');
  }
}
