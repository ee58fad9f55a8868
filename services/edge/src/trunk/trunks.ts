import type { Collections } from '@clew/service-kit/collections';
import type { Channel, ChannelListener, ChannelSeat } from './channel.ts';
import { Journals } from './journals.ts';
import { Trunk, type TrunkOptions } from './trunk.ts';

export interface TrunksOptions extends TrunkOptions {
  readonly collections: Collections;
  /** Most channels, over all trunks. */
  readonly channelsMax: number;
  /** How long journals outlive a trunk that broke. Default 10 s. */
  readonly journalsKeptMs?: number;
}

const trunksMax = 10_000;

/** The trunks of this edge: one for each simulation that has a seat of a player here, and those that say good-bye. */
export class Trunks implements Disposable {
  readonly journals: Journals;
  readonly #options: TrunksOptions;
  readonly #trunks: Set<Trunk>;
  readonly #watch: NodeJS.Timeout;

  constructor(options: TrunksOptions) {
    this.#options = options;
    this.#trunks = options.collections.set('edge.trunks', {
      bound: trunksMax,
      orphans: () => [...this.#trunks].filter((trunk) => trunk.phase === 'open' && trunk.size === 0).length,
    });
    const { channelsMax, journalsKeptMs } = options;
    options.collections.register('edge.channels', { bound: channelsMax }, () => this.#channels());
    this.journals = new Journals(options.collections, channelsMax, journalsKeptMs);
    this.#watch = setInterval(() => this.#check(), Math.max(1, options.silenceMs / 5));
  }

  /** Opens a channel to the simulation at `address`, with a trunk where there is none yet. Throws CollectionFull. */
  attach(address: string, seat: ChannelSeat, listener: ChannelListener): Channel {
    return this.#open(address).attach(seat, listener);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#watch);
    for (const trunk of this.#trunks) trunk.close();
  }

  #open(address: string): Trunk {
    for (const trunk of this.#trunks) if (trunk.address === address && trunk.phase === 'open') return trunk;
    const trunk = new Trunk(address, this.#options, this.journals, () => this.#trunks.delete(trunk));
    this.#trunks.add(trunk);
    return trunk;
  }

  #check(): void {
    const nowMs = performance.now();
    for (const trunk of this.#trunks) trunk.check(nowMs);
    this.journals.sweep(nowMs);
  }

  #channels(): number {
    let channels = 0;
    for (const trunk of this.#trunks) channels += trunk.size;
    return channels;
  }
}
