/** A player of the tests: the SDK over a real door, whose hands are moved by the rules' own bot. */
import { ClewClient, type ClientLimits, fetchTransport, memoryStore, type Store, socketTransport } from '@clew/client';
import { grpcTransport } from '@clew/client/node';
import { bot, type Rank } from '@clew/maze';
import type { TestStack } from './stack.ts';
import { until } from './until.ts';

/** The ways into the edge. */
export const DOORS = ['grpc', 'web', 'ws'] as const;
export type Door = (typeof DOORS)[number];

const transports = { grpc: () => grpcTransport(), web: fetchTransport, ws: socketTransport };

export interface PlayerOptions {
  readonly door?: Door;
  /** Index of the edge to begin at. */
  readonly edge?: number;
  readonly store?: Store;
  readonly limits?: Partial<ClientLimits>;
  /** Stand still instead of playing. */
  readonly idle?: boolean;
}

export class TestPlayer implements Disposable {
  readonly client: ClewClient;
  /** Kinds of all states since the beginning, in order. */
  readonly states: string[] = [];
  /** Ids of matches that were lost. */
  readonly lost: string[] = [];
  /** The ranking of each match that ended. */
  readonly rankings: (readonly Rank[])[] = [];

  constructor(stack: TestStack, options: PlayerOptions = {}) {
    const edge = stack.edges[options.edge ?? 0]!;
    const door = options.door ?? 'grpc';
    this.client = new ClewClient({
      edge: door === 'grpc' ? edge.grpcAddress : edge.webUrl,
      transport: transports[door](),
      store: options.store ?? memoryStore(),
      ...(options.limits ? { limits: options.limits } : {}),
    });
    this.client.on('state', (state) => this.states.push(state.kind));
    this.client.on('matchLost', ({ matchId }) => this.lost.push(matchId));
    this.client.on('matchEnded', ({ ranking }) => this.rankings.push(ranking));
    if (!options.idle) {
      this.client.on('tick', (match) => {
        if (match.predictedView) match.setHands(bot(match.predictedView, match.seat));
      });
    }
  }

  get id(): string {
    if (this.client.playerId === undefined) throw new Error('not signed in');
    return this.client.playerId;
  }

  /** Why the client is in the state `ended`; undefined when it is not. */
  get endReason(): string | undefined {
    const { state } = this.client;
    return state.kind === 'ended' ? state.reason : undefined;
  }

  /** The own avatar in the newest view. */
  get avatar() {
    const match = this.client.match;
    return match?.view?.avatars.find(({ seat }) => seat === match.seat);
  }

  async signIn(displayName = 'Theseus'): Promise<this> {
    await this.client.signIn({ displayName });
    return this;
  }

  /** Finds a match; resolves with its id when the first frame is there. */
  async play(displayName?: string): Promise<string> {
    if (this.client.state.kind === 'signed-out') await this.signIn(displayName);
    await this.client.findMatch();
    return this.seated();
  }

  /** Resolves with the match' id when the player sits in one and sees it. */
  seated(withinMs?: number): Promise<string> {
    return until(
      'the player sees a match',
      () => this.client.state.kind === 'seated' && this.client.match?.view && this.client.match.matchId,
      withinMs,
    );
  }

  /** Resolves when `ticks` more ticks of the match were seen. */
  async sees(ticks: number): Promise<void> {
    const match = this.client.match;
    const from = match?.view?.tick;
    if (from === undefined) throw new Error('no match');
    await until(`${ticks} ticks are seen`, () => (this.client.match?.view?.tick ?? 0) >= from + ticks);
  }

  /** Resolves when the client is in that state. */
  async is(kind: ReturnType<() => ClewClient['state']['kind']>, withinMs?: number): Promise<void> {
    await until(
      `the client is ${kind} (it is ${this.client.state.kind})`,
      () => this.client.state.kind === kind,
      withinMs,
    );
  }

  /** The connection breaks: nobody says goodbye. */
  vanish(): void {
    this.client.close();
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}
