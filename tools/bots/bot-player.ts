import { ClewClient, ClewError, type ClientState, type StatsBook, type Transport } from '@clew/client';
import { bot } from '@clew/maze';

/**
 * One bot: a real client that signs in, finds a match, plays it by the rules' own bot, and then the next one.
 *
 *     signing in ─► finding ─► playing ─► finding …
 *          ▲──────────── ended (pause) ────┘
 *
 * B1 What ends a session is counted under its reason, and after a pause the bot signs in again.
 * B2 One timer at most; `leave` and `close` end it.
 */
export interface BotPlayerOptions {
  readonly edge: string;
  readonly transport: Transport;
  readonly displayName: string;
  readonly book: StatsBook;
  /** Something went wrong, for this reason. */
  readonly onFailure: (error: ClewError) => void;
}

/** How long a first sign-in tries. */
const PATIENCE_MS = 5_000;
const PAUSE_MS_MIN = 500;
const PAUSE_MS_MAX = 2_500;

export class BotPlayer {
  readonly #options: BotPlayerOptions;
  readonly #client: ClewClient;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopping = false;
  #hasPlayed = false;

  constructor(options: BotPlayerOptions) {
    this.#options = options;
    const { edge, transport, book } = options;
    this.#client = new ClewClient({ edge, transport, book, limits: { patienceMs: PATIENCE_MS } });
    this.#client.on('tick', (match) => {
      const view = match.predictedView;
      if (view !== undefined) match.setHands(bot(view, match.seat));
    });
    this.#client.on('state', (state, previous) => this.#follow(state, previous));
  }

  get client(): ClewClient {
    return this.#client;
  }

  /** Has had a seat. */
  get hasPlayed(): boolean {
    return this.#hasPlayed;
  }

  /** Signs in; rejects when that is refused or nobody answers. From then on it plays by itself. */
  async start(): Promise<void> {
    await this.#client.signIn({ displayName: this.#options.displayName });
  }

  /** Ends the session politely. */
  async leave(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer); // B2
    await this.#client.leave();
    this.#client.close();
  }

  #follow(state: ClientState, previous: ClientState): void {
    if (this.#isStopping) return;
    if (state.kind === 'seated') this.#hasPlayed = true;
    if (state.kind === 'lobby') {
      // Who comes from a match does not ask in the same moment as all others of it.
      this.#later(previous.kind === 'seated' ? Math.random() * PAUSE_MS_MIN : 0, () => this.#client.findMatch());
    }
    if (state.kind === 'ended' && previous.kind !== 'connecting') {
      this.#options.onFailure(state.error); // B1
      this.retry();
    }
  }

  /** Signs in after a pause. */
  retry(): void {
    this.#later(PAUSE_MS_MIN + Math.random() * (PAUSE_MS_MAX - PAUSE_MS_MIN), () => this.start());
  }

  #later(waitMs: number, act: () => Promise<void>): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      act().catch((thrown) => {
        if (this.#isStopping) return;
        this.#options.onFailure(ClewError.from(thrown));
        if (this.#client.state.kind === 'ended') this.retry();
        else if (this.#client.state.kind === 'lobby') {
          this.#later(PAUSE_MS_MAX, () => this.#client.findMatch());
        }
      });
    }, waitMs);
  }
}
