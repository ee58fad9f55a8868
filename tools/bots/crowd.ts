import { type ClewError, type Match, StatsBook, type Transport } from '@clew/client';
import { BotPlayer } from './bot-player.ts';
import type { Figures } from './figures.ts';
import { lineOf, type MatchLine } from './match-line.ts';

/** Sign-ins under way at once, so that a large crowd does not fall upon the edge in one moment. */
const SIGN_INS_MAX = 8;
/** Leaves under way at once. */
const LEAVES_MAX = 32;
const SAMPLES_MAX = 65_536;

export interface CrowdOptions {
  readonly players: number;
  readonly edge: string;
  readonly transport: Transport;
  /** Names are this and a number. */
  readonly name: string;
  readonly now: () => number;
}

/** Many bots with one book of figures. */
export class Crowd {
  readonly #options: CrowdOptions;
  readonly #bots: BotPlayer[] = [];
  readonly #failures = new Map<string, number>();
  readonly #book = new StatsBook(SAMPLES_MAX);
  #begunAtMs: number;

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.#begunAtMs = options.now();
  }

  /**
   * Lets all sign in, a few at a time; resolves when each has tried. When the very first is not let in, rejects with its
   * ClewError: then nobody will be. Others try again by themselves.
   */
  async gather(stop: AbortSignal): Promise<void> {
    const { players } = this.#options;
    const first = this.#add(1);
    await first.start();
    let next = 2;
    const worker = async () => {
      while (next <= players && !stop.aborted) {
        const player = this.#add(next++);
        await player.start().catch((error: ClewError) => {
          this.#fail(error);
          if (!stop.aborted) player.retry();
        });
      }
    };
    await Promise.all(Array.from({ length: SIGN_INS_MAX }, worker));
  }

  /** Ends all sessions politely. */
  async leave(): Promise<void> {
    const left = [...this.#bots];
    const worker = async () => {
      for (let player = left.pop(); player !== undefined; player = left.pop()) await player.leave();
    };
    await Promise.all(Array.from({ length: LEAVES_MAX }, worker));
  }

  /** Somebody was let in. */
  get hasBegun(): boolean {
    return this.#bots.some(({ client }) => client.playerId !== undefined);
  }

  /** Everybody has a seat. */
  get isComplete(): boolean {
    const { players } = this.#options;
    return this.#bots.length === players && this.#bots.every(({ client }) => client.state.kind === 'seated');
  }

  /** Figures begin anew. */
  beginFigures(): void {
    this.#book.reset();
    this.#failures.clear();
    this.#begunAtMs = this.#options.now();
  }

  /** Since `beginFigures`, or since the crowd was made. */
  figures(): Figures {
    const seconds = (this.#options.now() - this.#begunAtMs) / 1000;
    const stats = this.#book.read();
    const states = { lobby: 0, queued: 0, seated: 0, reconnecting: 0 };
    for (const { client } of this.#bots) {
      const { kind } = client.state;
      if (kind in states) states[kind as keyof typeof states] += 1;
    }
    return {
      players: this.#options.players,
      joined: this.#bots.filter(({ hasPlayed }) => hasPlayed).length,
      ...states,
      seconds,
      framesPerSecond: seconds > 0 ? stats.frames / seconds : 0,
      kilobytesPerSecond: seconds > 0 ? stats.bytes / 1024 / seconds : 0,
      stats,
      failures: Object.fromEntries(this.#failures),
    };
  }

  /** One line per match that somebody of us is in. */
  matches(): MatchLine[] {
    const lines = new Map<string, { match: Match; players: number }>();
    for (const { client } of this.#bots) {
      const { match } = client;
      if (match?.view === undefined) continue;
      const line = lines.get(match.matchId);
      if (line === undefined) lines.set(match.matchId, { match, players: 1 });
      else line.players += 1;
    }
    return [...lines.values()].map(({ match, players }) => lineOf(match, players));
  }

  #add(number: number): BotPlayer {
    const { edge, transport, name } = this.#options;
    const player = new BotPlayer({
      edge,
      transport,
      displayName: `${name} ${number}`,
      book: this.#book,
      onFailure: (error) => this.#fail(error),
    });
    this.#bots.push(player);
    return player;
  }

  #fail({ reason }: ClewError): void {
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
  }
}
