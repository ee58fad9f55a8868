import { TrunkServiceDefinition } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { BidiServer } from '@clew/service-kit/bidi/server';
import type { ServerCall } from '@clew/service-kit/bidi/server-call';
import type { Collections } from '@clew/service-kit/collections';
import { grpcDefinition } from '@clew/service-kit/grpc-definition';
import { status } from '@grpc/grpc-js';
import { Trunk, type TrunkOptions } from './trunk.ts';

export interface TrunkServiceOptions extends Omit<TrunkOptions, 'onNamed' | 'onGone'> {
  readonly collections: Collections;
  /** Most edges at once. */
  readonly trunksMax: number;
  /** Most channels, which is most seats. */
  readonly channelsMax: number;
}

const { trunk: method } = grpcDefinition(TrunkServiceDefinition);
/** All that an edge may have gathered while this process stood still: 32 inputs of each of 10,000 channels. */
const MESSAGE_BYTES_MAX = 8 * 1024 * 1024;

/** The listener that edges reach: one trunk each; a newer one of the same edge ends the older. */
export class TrunkService {
  readonly #options: TrunkServiceOptions;
  readonly #trunks: Set<Trunk>;
  readonly #server: BidiServer;

  constructor(options: TrunkServiceOptions) {
    this.#options = options;
    const { collections, trunksMax, channelsMax } = options;
    this.#trunks = collections.set('simulation.trunks', { bound: trunksMax });
    const orphans = () => this.#attachedSeats() - this.#channels();
    collections.register('simulation.channels', { bound: channelsMax, orphans }, () => this.#channels());
    this.#server = new BidiServer({
      path: method.path,
      messageBytesMax: MESSAGE_BYTES_MAX,
      connectionsMax: trunksMax * 2, // one more of each edge, while the older one ends
      onCall: (call) => this.#open(call),
    });
  }

  /** Binds; returns the port. */
  listen(host: string, port: number): Promise<number> {
    return this.#server.listen(host, port);
  }

  /** Sends what was gathered for each edge. Called in every phase of the tick. */
  flush(nowMs: number): void {
    for (const trunk of this.#trunks) trunk.flush(nowMs);
  }

  /** What /statusz tells. */
  report() {
    return [...this.#trunks].map(({ edgeId, channels, backlogBytes, writable }) => ({
      edgeId,
      channels,
      backlogBytes,
      writable,
    }));
  }

  /** Edges get what was gathered and the end of the stream; who does not take it in `graceMs` is cut. */
  async stop(graceMs?: number): Promise<void> {
    for (const trunk of this.#trunks) trunk.end();
    await this.#server.stop(graceMs);
  }

  #open(call: ServerCall): void {
    const { counters, trunksMax } = this.#options;
    if (this.#trunks.size >= trunksMax) {
      counters.add('simulation.trunks_refused');
      call.end(status.RESOURCE_EXHAUSTED, 'too many trunks');
      return;
    }
    counters.add('simulation.trunks_opened');
    const trunk = new Trunk(call, {
      ...this.#options,
      onNamed: (named, edgeId) => this.#replaceOlder(named, edgeId),
      onGone: (gone) => this.#trunks.delete(gone),
    });
    this.#trunks.add(trunk);
  }

  #replaceOlder(named: Trunk, edgeId: string): void {
    for (const trunk of this.#trunks) if (trunk !== named && trunk.edgeId === edgeId) trunk.cut();
  }

  #channels(): number {
    let channels = 0;
    for (const trunk of this.#trunks) channels += trunk.channels;
    return channels;
  }

  #attachedSeats(): number {
    let attached = 0;
    for (const match of this.#options.matches) {
      for (const seat of match.seating.seats) if (seat.channel !== undefined) attached++;
    }
    return attached;
  }
}
