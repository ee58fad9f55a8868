import { TrunkServiceDefinition } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import type { Collections } from '@clew/service-kit/collections';
import { grpcDefinition } from '@clew/service-kit/grpc-definition';
import { StreamServer } from '@clew/service-kit/stream-server';
import { status } from '@grpc/grpc-js';
import { Trunk, type TrunkCall, type TrunkOptions } from './trunk.ts';

export interface TrunkServiceOptions extends Omit<TrunkOptions, 'onNamed' | 'onGone'> {
  readonly collections: Collections;
  /** Most edges at once. */
  readonly trunksMax: number;
  /** Most channels, which is most seats. */
  readonly channelsMax: number;
}

/** The listener that edges reach: one trunk each; a newer one of the same edge ends the older. */
export class TrunkService {
  readonly #options: TrunkServiceOptions;
  readonly #trunks: Set<Trunk>;
  readonly #server = new StreamServer({ serviceNames: [TrunkServiceDefinition.fullName] });

  constructor(options: TrunkServiceOptions) {
    this.#options = options;
    const { collections, trunksMax, channelsMax } = options;
    this.#trunks = collections.set('simulation.trunks', { bound: trunksMax });
    const orphans = () => this.#attachedSeats() - this.#channels();
    collections.register('simulation.channels', { bound: channelsMax, orphans }, () => this.#channels());
    this.#server.add(grpcDefinition(TrunkServiceDefinition, ['trunk']), {
      trunk: (call: TrunkCall) => this.#open(call),
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

  drain(): void {
    this.#server.drain();
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

  #open(call: TrunkCall): void {
    const { counters, trunksMax } = this.#options;
    if (this.#trunks.size >= trunksMax) {
      counters.add('simulation.trunks_refused');
      call.on('error', () => {});
      call.emit('error', Object.assign(new Error('too many trunks'), { code: status.RESOURCE_EXHAUSTED }));
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
