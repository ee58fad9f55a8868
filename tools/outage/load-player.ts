import { ClewClient, ClewError, type ClientState, type Transport } from '@clew/client';
import { bot } from '@clew/maze';

/** Whoever is not in a match by then could not join. */
const JOIN_MS = 10_000;
const PAUSE_MS = 1_000;

export interface LoadPlayerOptions {
  readonly edge: string;
  readonly transport: Transport;
  readonly displayName: string;
  /** Told each time that the player is dropped, or is not in a match within 10 s; with the reason. */
  readonly onLost: (reason: string) => void;
}

/**
 * A player of the replay: signs in, finds a match, plays by the rules' own bot, one match after the other, and comes back
 * whenever it is dropped, until it vanishes.
 *
 *     joining ─► playing ─► joining …      (the match was over)
 *        ▲──────────┘ dropped (counted)
 */
export class LoadPlayer {
  readonly #options: LoadPlayerOptions;
  readonly #client: ClewClient;
  readonly #seated = Promise.withResolvers<void>();
  #late: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #isGone = false;

  constructor(options: LoadPlayerOptions) {
    this.#options = options;
    const { edge, transport } = options;
    this.#client = new ClewClient({ edge, transport, limits: { patienceMs: JOIN_MS } });
    this.#client.on('tick', (match) => {
      if (match.predictedView) match.setHands(bot(match.predictedView, match.seat));
    });
    this.#client.on('lost', ({ reason }) => this.#lost(reason));
    this.#client.on('matchLost', () => this.#lost('MATCH_LOST'));
    this.#client.on('state', (state) => this.#follow(state));
  }

  /** Has a connection: sits in a match, or waits for one. */
  get isConnected(): boolean {
    return ['lobby', 'queued', 'seated'].includes(this.#client.state.kind);
  }

  /** Begins; resolves with the first seat, or when it vanishes. */
  join(): Promise<void> {
    this.#signIn();
    return this.#seated.promise;
  }

  /** The connection breaks, nobody says goodbye. */
  vanish(): void {
    this.#isGone = true;
    clearTimeout(this.#late);
    clearTimeout(this.#again);
    this.#client.close();
    this.#seated.resolve();
  }

  /** Says goodbye. */
  async leave(): Promise<void> {
    this.#isGone = true;
    await this.#client.leave();
    this.vanish();
  }

  #follow(state: ClientState): void {
    if (this.#isGone) return;
    if (state.kind === 'seated') {
      clearTimeout(this.#late);
      this.#seated.resolve();
    }
    if (state.kind === 'lobby') this.#attempt(() => this.#client.findMatch());
    if (state.kind === 'ended') {
      this.#lost(state.reason);
      this.#later(() => this.#signIn());
    }
  }

  #signIn(): void {
    this.#attempt(() => this.#client.signIn({ displayName: this.#options.displayName }));
  }

  /** Something that should lead to a seat within JOIN_MS. */
  #attempt(act: () => Promise<void>): void {
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#lost('NOT_IN_WITHIN_10_S'), JOIN_MS);
    act().catch((thrown) => {
      if (this.#isGone || this.#client.state.kind === 'ended') return; // followed
      this.#lost(ClewError.from(thrown).reason);
      this.#later(() => this.#client.findMatch().catch(() => undefined));
    });
  }

  #later(act: () => unknown): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => !this.#isGone && act(), PAUSE_MS * (0.5 + Math.random()));
  }

  #lost(reason: string): void {
    if (!this.#isGone) this.#options.onLost(reason);
  }
}
