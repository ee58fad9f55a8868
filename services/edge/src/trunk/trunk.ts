import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import {
  type MatchFrame,
  TrunkRequest,
  TrunkResponse,
  TrunkServiceDefinition,
} from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { pushInput } from '@clew/protocol/input-rows';
import { ClientCall } from '@clew/service-kit/bidi/client-call';
import { MessageWriter } from '@clew/service-kit/bidi/messages';
import { grpcDefinition } from '@clew/service-kit/grpc-definition';
import type { Journal } from '@clew/service-kit/journal';
import type { Channel, ChannelListener, ChannelSeat } from './channel.ts';
import type { Journals } from './journals.ts';
import { type ChannelFrame, Sights } from './sights.ts';
import { TickTimes } from './tick-times.ts';

/**
 * One long stream to one simulation, for all seats of all its matches that this edge serves.
 *
 * T1 It lives while it has channels. When the last one is gone it says good-bye by half-close, not by a cancel; a
 *    simulation that does not answer that within `silenceMs` is cut off.
 * T2 Silence for longer than `silenceMs`, connecting included, means it is broken. All channels are told once; it is never
 *    used again. Nothing here reconnects: whoever holds a seat asks first where its match is now.
 * T3 Inputs go up `flushMs` before the simulation's next tick, by when its frames came: no tick waits for them earlier, and each
 *    message costs the simulation more than what is in it. What else there is goes up after `flushMs`, and takes them along. All
 *    is held on while the system has not taken the last message: at most 32 inputs per channel, the oldest give way.
 * T4 What comes down is handed on as views of the message that arrived, neither copied nor decoded; of a match that is
 *    divided into regions it is put together, once for all who see the same (Sights).
 * T5 What came from outside in a match goes to its journal, unread (Journals).
 */
export interface TrunkOptions {
  readonly edgeId: string;
  readonly flushMs: number;
  readonly silenceMs: number;
  readonly tickMs: number;
}

export type TrunkPhase = 'open' | 'leaving' | 'closed';

const inputsMax = 32;
/** M3: never filled. */
const none: readonly Input[] = [];
const { trunk: method } = grpcDefinition(TrunkServiceDefinition);
const messageBytesMax = 4 * 1024 * 1024;

interface OpenChannel {
  readonly id: number;
  readonly seat: ChannelSeat;
  readonly listener: ChannelListener;
  /** In the trunk's map. */
  isOpen: boolean;
  group: MatchGroup | undefined;
  /** M3: at most `inputsMax`, which is also the most that come at once. */
  pendingInputs: readonly Input[];
  /** When the newest of them came. */
  steeredMs: number;
  /** What this tick has for this seat alone. */
  own: Uint8Array | undefined;
}

/** The channels of one match. */
interface MatchGroup {
  readonly matchChannel: number;
  readonly matchId: string;
  readonly journal: Journal;
  readonly members: Set<OpenChannel>;
  /** Where the match is divided: what each of them sees. */
  readonly sights: Sights<OpenChannel>;
}

export class Trunk {
  readonly address: string;
  readonly #options: TrunkOptions;
  readonly #journals: Journals;
  readonly #call: ClientCall;
  readonly #writer = new MessageWriter(TrunkRequest);
  readonly #onClosed: () => void;
  /** M3: one for each player's stream, which are bounded; counted as edge.channels (M6). */
  readonly #channels = new Map<number, OpenChannel>();
  /** M3: each has one of `#channels` at least. */
  readonly #groups = new Map<number, MatchGroup>();
  #phase: TrunkPhase = 'open';
  #heardMs = performance.now();
  #batch = emptyBatch();
  /** Channels with inputs for the batch; M3: some of `#channels`. */
  #steered: OpenChannel[] = [];
  readonly #times: TickTimes;
  #flush: NodeJS.Timeout | undefined;
  #flushAtMs = 0;
  #writing = false;
  #nextId = 1;

  /** Opens the stream at once. `onClosed` is called when nothing of it is left. */
  constructor(address: string, options: TrunkOptions, journals: Journals, onClosed: () => void) {
    this.address = address;
    this.#journals = journals;
    this.#options = options;
    this.#onClosed = onClosed;
    this.#times = new TickTimes(options.tickMs);
    this.#call = new ClientCall(
      { address, path: method.path, messageBytesMax },
      { message: (message) => this.#receive(message), closed: () => this.#close() },
    );
    this.#batch.edgeId = options.edgeId;
    this.#schedule();
  }

  get phase(): TrunkPhase {
    return this.#phase;
  }

  get size(): number {
    return this.#channels.size;
  }

  /** Matches that they lead to. */
  get matches(): number {
    return this.#groups.size;
  }

  /** Channels with inputs that wait to be sent. */
  get steered(): number {
    return this.#steered.length;
  }

  attach(seat: ChannelSeat, listener: ChannelListener): Channel {
    const id = this.#freeId();
    const channel: OpenChannel = {
      ...{ id, seat, listener, isOpen: true, group: undefined },
      ...{ pendingInputs: none, steeredMs: 0, own: undefined },
    };
    this.#channels.set(id, channel);
    this.#batch.attaches.push({ channel: id, ...seat });
    this.#schedule();
    return {
      steer: (inputs) => this.#steer(channel, inputs),
      askKeyframe: () => this.#askKeyframe(channel),
      detach: (leave) => this.#detach(channel, leave),
    };
  }

  /** Sees whether the simulation is still there (T2); to be called several times per `silenceMs`. */
  check(nowMs: number): void {
    if (this.#phase !== 'closed' && nowMs - this.#heardMs > this.#options.silenceMs) this.#close();
  }

  /** Ends it with all of its channels, which hear `broken`. */
  close(): void {
    this.#close(false);
  }

  #steer(channel: OpenChannel, inputs: readonly Input[]): void {
    if (!channel.isOpen) return;
    const { pendingInputs } = channel;
    if (pendingInputs.length === 0) this.#steered.push(channel);
    channel.pendingInputs = pendingInputs.length === 0 ? inputs : [...pendingInputs, ...inputs].slice(-inputsMax); // T3
    channel.steeredMs = performance.now();
    if (this.#flush === undefined) this.#scheduleInputs(channel.steeredMs);
  }

  #askKeyframe(channel: OpenChannel): void {
    if (!channel.isOpen) return;
    if (!this.#batch.keyframes.includes(channel.id)) this.#batch.keyframes.push(channel.id);
    this.#schedule();
  }

  #detach(channel: OpenChannel, leave: boolean): void {
    if (!channel.isOpen) return;
    this.#forget(channel);
    const unsent = this.#batch.attaches.findIndex((attach) => attach.channel === channel.id);
    if (unsent !== -1 && !leave) this.#batch.attaches.splice(unsent, 1);
    else this.#batch.detaches.push({ channel: channel.id, leave });
    this.#schedule();
    if (this.#channels.size === 0) this.#leave();
  }

  /** The last channel is gone (T1). */
  #leave(): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'leaving';
    this.#heardMs = performance.now();
    if (!this.#writing) this.#send();
  }

  /** In `waitMs` all that waits is sent, if not earlier. */
  #schedule(waitMs = this.#options.flushMs): void {
    if (this.#phase === 'closed' || this.#writing) return;
    const atMs = performance.now() + waitMs;
    if (this.#flush !== undefined && this.#flushAtMs <= atMs) return;
    clearTimeout(this.#flush);
    this.#flush = setTimeout(() => this.#send(), waitMs);
    this.#flushAtMs = atMs;
  }

  #scheduleInputs(nowMs: number): void {
    this.#schedule(this.#times.untilNext(nowMs, this.#options.flushMs)); // T3
  }

  #send(): void {
    clearTimeout(this.#flush);
    this.#flush = undefined;
    if (this.#phase === 'closed') return;
    const nowMs = performance.now();
    for (const channel of this.#steered) {
      const heldMs = Math.max(0, Math.round(nowMs - channel.steeredMs - this.#options.flushMs));
      for (const input of channel.pendingInputs) pushInput(this.#batch.inputs, channel.id, input, heldMs);
      channel.pendingInputs = none;
    }
    this.#steered = [];
    const batch = this.#batch;
    if (!isEmpty(batch)) {
      this.#batch = emptyBatch();
      this.#writing = true;
      this.#writer.add(batch);
      this.#call.write(this.#writer.finish(), () => {
        this.#writing = false;
        if (!isEmpty(this.#batch)) this.#schedule();
        else if (this.#steered.length > 0) this.#scheduleInputs(performance.now());
        else if (this.#phase === 'leaving') this.#call.end();
      });
    } else if (this.#phase === 'leaving') {
      this.#call.end();
    }
  }

  #receive(message: Uint8Array): void {
    if (this.#phase === 'closed') return;
    const response = decoded(message);
    if (response === undefined) return void this.#close();
    if (this.#phase === 'open') this.#heardMs = performance.now();
    for (const { channel: id, matchChannel, seat } of response.attached) {
      const channel = this.#channels.get(id);
      if (channel === undefined) continue;
      this.#join(channel, matchChannel);
      channel.listener.attached(seat);
    }
    if (response.frames.length > 0) this.#times.heard(performance.now());
    for (const frame of response.frames) this.#relay(frame);
    for (const { channel: id, reason } of response.closed) {
      const channel = this.#channels.get(id);
      if (channel === undefined) continue;
      this.#forget(channel);
      channel.listener.closed(reason);
    }
    if (this.#channels.size === 0) this.#leave();
  }

  #relay(frame: MatchFrame): void {
    const group = this.#groups.get(frame.matchChannel);
    if (group === undefined) return;
    group.journal.push(frame.tick, frame.journal); // T5
    for (const { channel: id, own } of frame.own) {
      const channel = this.#channels.get(id);
      if (channel !== undefined) channel.own = own;
    }
    const tell = (channel: OpenChannel, its: ChannelFrame) => {
      const own = channel.own;
      channel.own = undefined;
      channel.listener.frame(its, own);
    };
    if (frame.sights.length + group.sights.size === 0) for (const channel of group.members) tell(channel, frame);
    else group.sights.relay(frame, (id) => this.#channels.get(id), tell);
  }

  #join(channel: OpenChannel, matchChannel: number): void {
    this.#part(channel);
    let group = this.#groups.get(matchChannel);
    if (group === undefined) {
      const { matchId } = channel.seat;
      const journal = this.#journals.open(matchId);
      group = { matchChannel, matchId, journal, members: new Set(), sights: new Sights() };
      this.#groups.set(matchChannel, group);
    }
    group.members.add(channel);
    channel.group = group;
  }

  #part(channel: OpenChannel): void {
    const group = channel.group;
    if (group === undefined) return;
    group.members.delete(channel);
    group.sights.forget(channel);
    if (group.members.size > 0) return;
    this.#groups.delete(group.matchChannel);
    this.#journals.close(group.matchId, false);
  }

  #forget(channel: OpenChannel): void {
    this.#part(channel);
    this.#channels.delete(channel.id);
    channel.isOpen = false;
    channel.pendingInputs = none;
  }

  #close(broken = true): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    clearTimeout(this.#flush);
    this.#call.close();
    const channels = [...this.#channels.values()];
    this.#channels.clear();
    for (const { matchId } of this.#groups.values()) this.#journals.close(matchId, broken);
    this.#steered = [];
    this.#batch = emptyBatch();
    this.#onClosed();
    for (const channel of channels) channel.isOpen = false;
    for (const channel of channels) channel.listener.broken(); // T2
  }

  #freeId(): number {
    while (this.#channels.has(this.#nextId)) this.#nextId = (this.#nextId % 0xffff_ffff) + 1;
    const id = this.#nextId;
    this.#nextId = (id % 0xffff_ffff) + 1;
    return id;
  }
}

/** Undefined when it is no message. */
function decoded(message: Uint8Array): TrunkResponse | undefined {
  try {
    return TrunkResponse.decode(message);
  } catch {
    return undefined;
  }
}

function emptyBatch(): TrunkRequest {
  return { edgeId: '', attaches: [], detaches: [], inputs: [], keyframes: [] };
}

function isEmpty(batch: TrunkRequest): boolean {
  const { edgeId, attaches, detaches, inputs, keyframes } = batch;
  return edgeId === '' && attaches.length + detaches.length + inputs.length + keyframes.length === 0;
}
