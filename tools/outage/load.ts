import type { Transport } from '@clew/client';
import { LoadPlayer } from './load-player.ts';
import type { Sample } from './watch.ts';

export interface LoadTerms {
  /** Players who want to stay. */
  readonly stayers: number;
  /** Players who come, play and vanish without a goodbye. */
  readonly visitorsPerSecond: number;
  /** How long a visitor plays before he vanishes. */
  readonly visitSeconds: number;
}

const SIGN_INS_MAX = 8;
const SAMPLE_MS = 1_000;

/** The players of a scene, and what became of them. */
export class Load implements Disposable {
  readonly #terms: LoadTerms;
  readonly #edge: string;
  readonly #transport: Transport;
  readonly #stayers = new Set<LoadPlayer>();
  readonly #visitors = new Set<LoadPlayer>();
  readonly #sampling: NodeJS.Timeout;
  #visiting: NodeJS.Timeout | undefined;
  #names = 0;
  /** How many were connected, each second. */
  readonly connected: Sample[] = [];
  /** Times that somebody who wanted to stay was dropped, or could not join within 10 s, by reason. */
  readonly lost = new Map<string, number>();
  /** Visitors so far. */
  visits = 0;

  constructor(edge: string, transport: Transport, terms: LoadTerms) {
    this.#edge = edge;
    this.#transport = transport;
    this.#terms = terms;
    this.#sampling = setInterval(() => {
      const players = [...this.#stayers, ...this.#visitors];
      this.connected.push({ atMs: Date.now(), value: players.filter(({ isConnected }) => isConnected).length });
    }, SAMPLE_MS);
  }

  get playersLost(): number {
    return [...this.lost.values()].reduce((sum, times) => sum + times, 0);
  }

  /** Those who stay come in, a few at a time; resolves when each has had a seat. */
  async gather(): Promise<void> {
    let left = this.#terms.stayers;
    const worker = async () => {
      while (left-- > 0) await this.#add(this.#stayers).join();
    };
    await Promise.all(Array.from({ length: SIGN_INS_MAX }, worker));
  }

  /** From now on visitors come, play and vanish, at a steady pace. */
  beginVisits(): void {
    this.#visiting = setInterval(() => void this.#visit(), 1_000 / this.#terms.visitorsPerSecond);
  }

  endVisits(): void {
    clearInterval(this.#visiting);
  }

  /** Most players vanish in one moment; those who stay are told by `share`. */
  surge(share: number): void {
    for (const visitor of this.#visitors) visitor.vanish();
    this.#visitors.clear();
    for (const stayer of [...this.#stayers].slice(0, Math.ceil(this.#stayers.size * share))) {
      stayer.vanish();
      this.#stayers.delete(stayer);
    }
  }

  /** All say goodbye. */
  async leave(): Promise<void> {
    this.endVisits();
    await Promise.all([...this.#stayers, ...this.#visitors].map((player) => player.leave()));
  }

  [Symbol.dispose](): void {
    this.endVisits();
    clearInterval(this.#sampling);
    for (const player of [...this.#stayers, ...this.#visitors]) player.vanish();
  }

  async #visit(): Promise<void> {
    const visitor = this.#add(this.#visitors);
    this.visits += 1;
    await visitor.join();
    await new Promise((resolve) => setTimeout(resolve, this.#terms.visitSeconds * 1_000));
    visitor.vanish();
    this.#visitors.delete(visitor);
  }

  #add(players: Set<LoadPlayer>): LoadPlayer {
    this.#names += 1;
    const player = new LoadPlayer({
      edge: this.#edge,
      transport: this.#transport,
      displayName: `Player ${this.#names}`,
      onLost: (reason) => this.lost.set(reason, (this.lost.get(reason) ?? 0) + 1),
    });
    players.add(player);
    return player;
  }
}
