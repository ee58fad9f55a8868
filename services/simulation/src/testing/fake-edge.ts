import {
  applyRegions,
  contentOf,
  type Glow,
  hashContent,
  hashView,
  type Known,
  nothingKnown,
  type View,
} from '@clew/maze';
import type { InputMargin } from '@clew/protocol/clew/play/v1/frame.ts';
import { PlayResponse } from '@clew/protocol/clew/play/v1/play.ts';
import {
  type Closed_Reason,
  type MatchFrame,
  type RegionFrames,
  TrunkRequest,
  type TrunkResponse,
  TrunkServiceDefinition,
} from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { grpcDefinition } from '@clew/service-kit/grpc-definition';
import { Client, type ClientDuplexStream, credentials, type ServiceError } from '@grpc/grpc-js';

const { trunk: method } = grpcDefinition(TrunkServiceDefinition);

/** What one channel has heard, put together as an edge and a player would. */
export class Player {
  seat: number | undefined;
  matchChannel = 0;
  closed: Closed_Reason | undefined;
  known: Known = nothingKnown;
  /** Regions in sight, where the match is divided. */
  sight: readonly number[] = [];
  /** What came last, as the player got it. */
  bytes = Buffer.alloc(0);
  glow: Glow | undefined;
  margin: InputMargin | undefined;
  keyframes = 0;
  deltas = 0;
  /** Frames whose hash did not fit the view that was put together. */
  mismatches = 0;

  get view(): View {
    return this.known.view;
  }
}

/** The edge's side of a trunk, on a real socket. */
export class FakeEdge {
  readonly responses: TrunkResponse[] = [];
  readonly players = new Map<number, Player>();
  /** How the stream ended, once it did. */
  ended: { readonly code: number; readonly details: string } | undefined;
  readonly #client: Client;
  readonly #call: ClientDuplexStream<TrunkRequest | Buffer, TrunkResponse>;
  readonly #waiting = new Set<() => void>();

  /** Opens a trunk; without a name it says nothing yet. */
  constructor(port: number, edgeId?: string) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
    });
    this.#call = this.#client.makeBidiStreamRequest<TrunkRequest | Buffer, TrunkResponse>(
      method.path,
      (request) => (Buffer.isBuffer(request) ? request : method.requestSerialize(request)),
      method.responseDeserialize,
    );
    this.#call.on('data', (response: TrunkResponse) => this.#hear(response));
    this.#call.on('error', () => {});
    this.#call.on('status', ({ code, details }: ServiceError) => {
      this.ended = { code, details };
      this.#wake();
    });
    if (edgeId !== undefined) this.send({ edgeId });
  }

  send(request: Partial<TrunkRequest>): void {
    this.#call.write({ ...TrunkRequest.create(), ...request });
  }

  /** In the place of a message. */
  sendBytes(bytes: Buffer): void {
    this.#call.write(bytes);
  }

  /** Attaches a player and waits for the answer. */
  async attach(channel: number, matchId: string, playerId: string, sessionEpoch = 1): Promise<Player> {
    const player = new Player();
    this.players.set(channel, player);
    this.send({ attaches: [{ channel, matchId, playerId, sessionEpoch }] });
    await this.until(() => player.seat !== undefined || player.closed !== undefined);
    return player;
  }

  /** Stops reading, although the kernel still answers. */
  pause(): void {
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }

  /** As if a channel's reader had missed frames: it asks for a keyframe. */
  miss(channel: number): void {
    const player = this.players.get(channel);
    if (player !== undefined) player.known = nothingKnown;
    this.send({ keyframes: [channel] });
  }

  halfClose(): void {
    this.#call.end();
  }

  /** The connection breaks. */
  cancel(): void {
    this.#call.cancel();
  }

  close(): void {
    this.#call.cancel();
    this.#client.close();
  }

  /** Waits until something that was heard makes it true. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #hear(response: TrunkResponse): void {
    this.responses.push(response);
    for (const { channel, matchChannel, seat } of response.attached) {
      const player = this.players.get(channel);
      if (player === undefined) continue;
      player.seat = seat;
      player.matchChannel = matchChannel;
    }
    for (const frame of response.frames) this.#show(frame);
    for (const { channel, reason } of response.closed) {
      const player = this.players.get(channel);
      if (player !== undefined) player.closed = reason;
    }
    this.#wake();
  }

  #show(frame: MatchFrame): void {
    const deltas = piecesOf(frame.regionDeltas);
    const keyframes = piecesOf(frame.regionKeyframes);
    for (const [channel, player] of this.players) {
      if (player.seat === undefined || player.matchChannel !== frame.matchChannel) continue;
      const follows = frame.delta.length > 0 && player.view.tick === frame.tick - 1;
      const before = player.sight;
      player.sight = frame.sights.find(({ channels }) => channels.includes(channel))?.regions ?? before;
      const bytes = follows ? frame.delta : frame.keyframe;
      const regions = player.sight.map((region) =>
        follows && before.includes(region) ? deltas.get(region) : keyframes.get(region),
      );
      const own = frame.own.find((entry) => entry.channel === channel)?.own;
      if (bytes.length === 0) continue;
      player.bytes = Buffer.concat([bytes, ...regions.filter((piece) => piece !== undefined), own ?? Buffer.alloc(0)]);
      this.#apply(player, PlayResponse.decode(player.bytes));
    }
  }

  #apply(player: Player, { header, regions, own, rows }: PlayResponse): void {
    if (header === undefined || regions.length === 0) throw new Error('a frame has a header and a region');
    if (header.keyframe) player.keyframes++;
    else player.deltas++;
    const base = header.keyframe ? nothingKnown : player.known;
    player.known = applyRegions(base, header.tick, regions, own?.regionsGone ?? [], rows);
    if (header.viewHash !== 0 && header.viewHash !== hashView(player.view)) player.mismatches++;
    for (const { region, hash } of regions) {
      if (hash !== 0 && hash !== hashContent(header.tick, contentOf(player.known, region))) player.mismatches++;
    }
    if (header.keyframe) player.glow = undefined;
    if (own?.glow !== undefined) player.glow = own.glow;
    if (own?.inputMargin !== undefined) player.margin = own.inputMargin;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Regions' bytes by their numbers. */
function piecesOf(frames: RegionFrames | undefined): Map<number, Uint8Array> {
  const pieces = new Map<number, Uint8Array>();
  let at = 0;
  for (const [index, region] of (frames?.regions ?? []).entries()) {
    const end = at + frames!.sizes[index]!;
    pieces.set(region, frames!.frames.subarray(at, end));
    at = end;
  }
  return pieces;
}
