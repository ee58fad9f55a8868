import type { MatchRef } from '@clew/protocol/clew/matchmaking/v1/matchmaking.ts';
import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import {
  type Attach,
  type Closed_Reason,
  type Detach,
  type Sight,
  type TrunkRequest,
  TrunkResponse,
  TrunkServiceDefinition,
} from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { heldMsAt, INPUT_COLUMNS, inputAt } from '@clew/protocol/input-rows';
import { grpcDefinition } from '@clew/service-kit/grpc-definition';
import { resetConnection } from '@clew/service-kit/reset-call';
import { StreamServer } from '@clew/service-kit/stream-server';
import type { ServerDuplexStream } from '@grpc/grpc-js';

type TrunkCall = ServerDuplexStream<TrunkRequest, TrunkResponse>;

interface OpenChannel {
  readonly call: TrunkCall;
  readonly attach: Attach;
  readonly matchChannel: number;
}

const aliveMs = 50;
/** Matches here are one region. */
const undivided = { regionDeltas: undefined, regionKeyframes: undefined, sights: [] };
const nothing = new Uint8Array(0);

/**
 * A peer that owns matches without playing them: frames are what the test sends. It answers attaches with the next seat,
 * and gives signs of life.
 */
export class FakeSimulation implements AsyncDisposable {
  readonly simulationId: string;
  readonly trunks = new Set<TrunkCall>();
  readonly edgeIds: string[] = [];
  readonly attaches: Attach[] = [];
  readonly detaches: Detach[] = [];
  readonly inputs: Input[] = [];
  /** For how long the edge held the last of them back. */
  heldMs = 0;
  readonly keyframesAsked: number[] = [];
  /** Messages that came. */
  requests = 0;
  /** What an attach is answered: a reason against it, nothing at all, or (undefined) a seat. */
  onAttach: (attach: Attach) => Closed_Reason | 'nothing' | undefined = () => undefined;
  /** Says nothing any more, not even that it lives. */
  silent = false;
  readonly #channels = new Map<number, OpenChannel>();
  readonly #matchChannels = new Map<string, number>();
  #server: StreamServer | undefined;
  #port = 0;
  #seats = 0;

  constructor(simulationId = 'simulation-1') {
    this.simulationId = simulationId;
  }

  static async open(simulationId?: string): Promise<FakeSimulation> {
    const self = new FakeSimulation(simulationId);
    await self.start();
    return self;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  match(matchId: string, epoch = 1): MatchRef {
    return { matchId, epoch, simulationId: this.simulationId, trunkAddress: this.address };
  }

  async start(): Promise<void> {
    this.#server = new StreamServer({ serviceNames: [TrunkServiceDefinition.fullName] });
    this.#server.add(grpcDefinition(TrunkServiceDefinition), { trunk: (call: TrunkCall) => this.#serve(call) });
    this.#port = await this.#server.listen('127.0.0.1', this.#port);
  }

  /** It dies: connections are reset, new ones refused. */
  async stop(): Promise<void> {
    for (const call of this.trunks) resetConnection(call);
    await this.#server?.stop(0);
    this.#server = undefined;
  }

  /** All trunks break; it lives on. */
  breakTrunks(): void {
    for (const call of this.trunks) resetConnection(call);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** The channel that a player was attached by last, while it is open. */
  channelOf(playerId: string): number | undefined {
    return [...this.#channels].findLast(([, { attach }]) => attach.playerId === playerId)?.[0];
  }

  /** One tick of a match for all that are attached: what is given, per trunk in one message. */
  frame(
    matchId: string,
    tick: number,
    parts: { delta?: boolean; keyframe?: boolean; own?: number[]; sights?: Sight[]; journal?: Uint8Array } = {},
  ): void {
    const { delta = true, keyframe = false, own = [], sights = [], journal = nothing } = parts;
    const matchChannel = this.#matchChannels.get(matchId)!;
    const header = (keyframe: boolean) => ({ tick, keyframe, durableTick: 0, viewHash: 0 });
    const bytes = (keyframe: boolean) =>
      PlayResponse.encode(PlayResponse.fromPartial({ header: header(keyframe) })).finish();
    const ownBytes = (channel: number) =>
      PlayResponse.encode(PlayResponse.fromPartial({ own: { inputMargin: { marginMs: channel, late: 0 } } })).finish();
    this.#tell({
      frames: [
        {
          matchChannel,
          tick,
          delta: delta ? bytes(false) : nothing,
          keyframe: keyframe ? bytes(true) : nothing,
          own: own.map((channel) => ({ channel, own: ownBytes(channel) })),
          ...undivided,
          sights,
          journal,
        },
      ],
    });
  }

  /** A keyframe with as many cells as a large maze has. */
  largeKeyframe(matchId: string, tick: number, cells: number): void {
    const header = { tick, keyframe: true, durableTick: 0, viewHash: 0 };
    const layout = { width: cells, height: 1, floors: 1, cells: new Uint8Array(cells).fill(15), exit: 0 };
    const keyframe = PlayResponse.encode(
      PlayResponse.fromPartial({ header, regions: [{ region: 0, layout }] }),
    ).finish();
    const matchChannel = this.#matchChannels.get(matchId)!;
    this.#tell({ frames: [{ matchChannel, tick, delta: nothing, keyframe, own: [], ...undivided, journal: nothing }] });
  }

  /** Closes all channels of a match. */
  close(matchId: string, reason: Closed_Reason): void {
    for (const [channel, { attach, call }] of this.#channels) {
      if (attach.matchId !== matchId) continue;
      this.#channels.delete(channel);
      call.write(TrunkResponse.fromPartial({ closed: [{ channel, reason }] }));
    }
  }

  #tell(response: Partial<TrunkResponse>): void {
    for (const call of this.trunks) call.write({ attached: [], closed: [], frames: [], ...response });
  }

  #serve(call: TrunkCall): void {
    this.trunks.add(call);
    const alive = setInterval(() => {
      if (!this.silent) call.write(TrunkResponse.fromPartial({}));
    }, aliveMs);
    call.on('data', (request: TrunkRequest) => this.#hear(call, request));
    call.on('error', () => {});
    call.on('end', () => call.end());
    call.on('close', () => {
      clearInterval(alive);
      this.trunks.delete(call);
      for (const [channel, open] of this.#channels) if (open.call === call) this.#channels.delete(channel);
    });
  }

  #hear(call: TrunkCall, request: TrunkRequest): void {
    this.requests += 1;
    if (request.edgeId !== '') this.edgeIds.push(request.edgeId);
    for (const attach of request.attaches) this.#attach(call, attach);
    for (const detach of request.detaches) {
      this.detaches.push(detach);
      this.#channels.delete(detach.channel);
    }
    for (let at = 0; at < request.inputs.length; at += INPUT_COLUMNS) {
      this.inputs.push(inputAt(request.inputs, at));
      this.heldMs = heldMsAt(request.inputs, at);
    }
    this.keyframesAsked.push(...request.keyframes);
  }

  #attach(call: TrunkCall, attach: Attach): void {
    this.attaches.push(attach);
    if (this.silent) return;
    const reason = this.onAttach(attach);
    if (reason === 'nothing') return;
    if (reason !== undefined) {
      call.write(TrunkResponse.fromPartial({ closed: [{ channel: attach.channel, reason }] }));
      return;
    }
    let matchChannel = this.#matchChannels.get(attach.matchId);
    if (matchChannel === undefined) {
      matchChannel = this.#matchChannels.size + 1;
      this.#matchChannels.set(attach.matchId, matchChannel);
    }
    this.#channels.set(attach.channel, { call, attach, matchChannel });
    const seat = this.#seats++ % 8;
    call.write(TrunkResponse.fromPartial({ attached: [{ channel: attach.channel, matchChannel, seat }] }));
  }
}
