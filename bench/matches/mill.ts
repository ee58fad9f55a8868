import type { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import { Closed_Reason, SimulationServiceDefinition } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import { Collections } from '@clew/service-kit/collections';
import { callChannel, controlClients } from '@clew/service-kit/control-client';
import type { Channel, ChannelListener } from '../../services/edge/src/trunk/channel.ts';
import type { ChannelFrame } from '../../services/edge/src/trunk/sights.ts';
import { Trunks } from '../../services/edge/src/trunk/trunks.ts';

export interface MillOptions {
  /** host:port of the simulation's control calls, and of its trunk. */
  readonly controlAddress: string;
  readonly trunkAddress: string;
  /** Players in a match: all of its seats. */
  readonly room: number;
  /** Most matches at once. */
  readonly atOnce: number;
}

/** How a match ends: by the rules, while its players watch; or because all of them left. */
const ends = ['played out', 'left'] as const;
type End = (typeof ends)[number];

const STEER_MS = 50;

/** Matches that are created, played by the edge's own code over the trunk, and end. */
export class Mill implements Disposable {
  readonly #options: MillOptions;
  readonly #channel;
  readonly #simulation;
  readonly #trunks: Trunks;
  #created = 0;

  constructor(options: MillOptions) {
    this.#options = options;
    const { controlAddress, room, atOnce } = options;
    this.#channel = callChannel([controlAddress]);
    this.#simulation = controlClients.create(SimulationServiceDefinition, this.#channel);
    const collections = new Collections();
    this.#trunks = new Trunks({
      ...{ edgeId: 'bench', flushMs: 3, silenceMs: 30_000, tickMs: 50, collections },
      channelsMax: 2 * room * atOnce,
    });
  }

  [Symbol.dispose](): void {
    this.#trunks[Symbol.dispose]();
    this.#channel.close();
  }

  /** Lets so many matches come and go; half of them end either way. */
  async grind(matches: number, stop: AbortSignal): Promise<void> {
    let left = matches;
    const worker = async () => {
      while (left > 0 && !stop.aborted) {
        left -= 1;
        await this.#play(ends[left % ends.length]!);
      }
    };
    await Promise.all(Array.from({ length: this.#options.atOnce }, worker));
    stop.throwIfAborted();
  }

  async #play(end: End): Promise<void> {
    const { trunkAddress, room } = this.#options;
    const number = this.#created++;
    const matchId = `mill-${number}`;
    const players = Array.from({ length: room }, (_, seat) => ({
      playerId: (number * room + seat).toString(16).padStart(32, '0'),
      sessionEpoch: 1,
      displayName: `Player ${number}-${seat}`,
    }));
    await this.#simulation.createMatch({ matchId, epoch: 1, players });
    const seats = players.map(({ playerId, sessionEpoch }) => {
      const seat = new MillPlayer();
      seat.channel = this.#trunks.attach(trunkAddress, { matchId, playerId, sessionEpoch }, seat);
      return seat;
    });
    const steering = setInterval(() => {
      for (const seat of seats) seat.steer();
    }, STEER_MS);
    try {
      await Promise.all(seats.map((seat) => seat.plays));
      if (end === 'left') for (const seat of seats) seat.channel?.detach(true);
      else await Promise.all(seats.map((seat) => seat.ended));
    } finally {
      clearInterval(steering);
    }
  }
}

/** After so many frames somebody has played. */
const FRAMES = 5;

class MillPlayer implements ChannelListener {
  channel: Channel | undefined;
  readonly #played = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  #tick = 0;
  #frames = 0;
  #sequence = 0;

  constructor() {
    // Nobody may be waiting for it when it fails, or not any more.
    this.#played.promise.catch(() => undefined);
    this.#over.promise.catch(() => undefined);
  }

  get plays(): Promise<void> {
    return this.#played.promise;
  }

  get ended(): Promise<void> {
    return this.#over.promise;
  }

  attached(): void {}

  frame({ tick }: ChannelFrame): void {
    this.#tick = tick;
    this.#frames += 1;
    if (this.#frames === FRAMES) this.#played.resolve();
  }

  closed(reason: Closed_Reason): void {
    if (reason === Closed_Reason.REASON_MATCH_ENDED) this.#over.resolve();
    else this.#fail(new Error(`a seat was closed: ${reason}`));
  }

  broken(): void {
    this.#fail(new Error('the trunk broke'));
  }

  steer(): void {
    if (this.#tick === 0) return;
    this.#sequence += 1;
    const input: Input = {
      sequence: this.#sequence,
      tick: this.#tick + 1,
      forward: 127,
      strafe: 0,
      heading: 0,
      buttons: 0,
    };
    this.channel?.steer([input]);
  }

  #fail(error: Error): void {
    this.#played.reject(error);
    this.#over.reject(error);
  }
}
