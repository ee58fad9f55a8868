/**
 * The game as its player meets it: listens to the client, shows what stands for its state, hands the hands on.
 *
 * The client's state is the only truth. What is kept here besides is what the player asked for and has not got yet
 * (`wantsMatch`), and what he has not read yet (the ranking, that a match was lost).
 */
import type { ClewClient, ClientState, Match } from '@clew/client';
import type { Rank } from '@clew/maze';
import type { Board } from '../screens/board.ts';
import type { Menu } from '../screens/menu.ts';
import type { Choice, Notice } from '../screens/notice.ts';
import type { StartScreen } from '../screens/start-screen.ts';
import type { Backdrop } from './backdrop.ts';
import type { Controls } from './controls.ts';
import type { GameView } from './game-view.ts';
import type { Probe } from './probe.ts';
import { isWorthRetrying, retrySecondsOf, type Standing, standingOf, type Way } from './standing.ts';

export interface GameOptions {
  readonly client: ClewClient;
  readonly view: GameView;
  readonly backdrop: Backdrop;
  readonly controls: Controls;
  readonly start: StartScreen;
  readonly notice: Notice;
  readonly board: Board;
  readonly menu: Menu;
  readonly probe: Probe;
  /** The name that the player gave last. */
  readonly name: () => string;
}

const WAY_TEXTS: Readonly<Record<Way, string>> = {
  'take-over': 'Play here',
  play: 'Play',
  retry: 'Try now',
  cancel: 'Cancel',
  leave: 'Leave',
  back: 'Back',
};

export class Game {
  readonly #parts: GameOptions;
  #seat = -1;
  #wantsMatch = false;
  #lostMatch = false;
  #ranking: { readonly ranks: readonly Rank[]; readonly seat: number } | undefined;
  #retry: { attempt: number; atMs: number } | undefined;
  #shown = '';
  /** The match and level that the eye was turned for. */
  #facedIn: string | undefined;

  constructor(parts: GameOptions) {
    this.#parts = parts;
    const { client } = parts;
    client.on('state', (state) => this.#enter(state));
    client.on('matchEnded', ({ ranking }) => {
      this.#ranking = { ranks: ranking, seat: this.#seat };
      this.#refresh();
    });
    client.on('matchLost', () => {
      this.#lostMatch = true;
      this.#wantsMatch = true;
      this.#refresh();
    });
    this.#refresh();
  }

  /** Signs in if need be, and asks for a match. */
  async play(takeOver = false): Promise<void> {
    const { client } = this.#parts;
    this.#ranking = undefined;
    this.#wantsMatch = true;
    try {
      if (client.state.kind === 'signed-out' || client.state.kind === 'ended') await this.#signIn(takeOver);
      // Who was in a match or in the queue is there again.
      if (client.state.kind === 'lobby') await client.findMatch();
    } catch {
      // The state tells why; a lobby that refused the match does not.
      if (client.state.kind === 'lobby') this.#wantsMatch = false;
    }
    this.#refresh();
  }

  /** Goes on where the page was before it was loaded again. */
  async goOn(): Promise<void> {
    try {
      await this.#signIn(false);
    } catch {
      // Whoever is refused starts as everybody does; the state offers what can be done.
    }
  }

  /** Ends the session. */
  async leave(): Promise<void> {
    this.#forget();
    await this.#parts.client.leave();
    this.#refresh();
  }

  /** Withdraws from the queue or gives up the seat. */
  async cancel(): Promise<void> {
    this.#forget();
    try {
      await this.#parts.client.cancelMatch();
    } catch {
      // What cannot be cancelled any more is told by the state.
    }
    this.#refresh();
  }

  /** Nobody looks: the hands let go, as no frame will tell them to. */
  rest(): void {
    const { client, controls } = this.#parts;
    if (client.state.kind === 'seated' && client.match?.view) client.match.setHands(controls.hands(0));
  }

  /** One frame: hands out, picture in. */
  frame(nowMs: number, seconds: number): void {
    const { client, view, backdrop, controls, probe, menu } = this.#parts;
    const match = client.match;
    this.#face(match);
    const hands = controls.hands(seconds);
    if (match?.view !== undefined && client.state.kind === 'seated') match.setHands(hands);
    const sample = match?.sample(nowMs);
    probe.tellSample(sample);
    if (sample === undefined) {
      controls.isActive = false;
      backdrop.show(seconds);
    } else {
      controls.isActive = client.state.kind === 'seated' && !menu.isOpen;
      view.show(sample, seconds, !controls.isActive);
    }
    this.#tryAgain(nowMs);
  }

  /** At the beginning of a level, and when one comes back, the match says where one looks: down an open way. */
  #face(match: Match | undefined): void {
    const level = match?.view && `${match.matchId}/${match.view.level.number}`;
    if (level === this.#facedIn) return;
    this.#facedIn = level;
    const own = match?.view?.avatars.find((avatar) => avatar.seat === match.seat);
    if (own) this.#parts.controls.face(own.heading);
  }

  async #signIn(takeOver: boolean): Promise<void> {
    await this.#parts.client.signIn({ displayName: this.#parts.name(), takeOver });
  }

  #enter(state: ClientState): void {
    if (state.kind === 'seated') {
      this.#seat = state.seat;
      this.#wantsMatch = false;
      this.#lostMatch = false;
      this.#ranking = undefined;
    }
    if (state.kind === 'ended') {
      this.#parts.start.refuse(
        state.reason === 'INVALID_ARGUMENT' ? (state.error.fieldViolations[0]?.description ?? state.error.message) : '',
      );
      const attempt = (this.#retry?.attempt ?? 0) + 1;
      this.#retry = isWorthRetrying(state.reason)
        ? { attempt, atMs: performance.now() + retrySecondsOf(attempt) * 1_000 }
        : undefined;
    } else if (state.kind !== 'connecting') {
      this.#retry = undefined;
    }
    this.#refresh();
  }

  #forget(): void {
    this.#wantsMatch = false;
    this.#lostMatch = false;
    this.#ranking = undefined;
    this.#retry = undefined;
    this.#parts.menu.close();
  }

  #tryAgain(nowMs: number): void {
    if (this.#retry === undefined || this.#parts.client.state.kind !== 'ended') return;
    if (nowMs >= this.#retry.atMs) void this.play();
    else this.#refresh();
  }

  #refresh(): void {
    const { client, probe, start, notice, board, menu, view } = this.#parts;
    const { state } = client;
    probe.tellState(state.kind, state.kind === 'ended' ? state.reason : '');
    const waitMs = this.#retry && state.kind === 'ended' ? this.#retry.atMs - performance.now() : 0;
    const standing = standingOf(state, {
      hasRanking: this.#ranking !== undefined,
      wantsMatch: this.#wantsMatch,
      lostMatch: this.#lostMatch,
      retrySeconds: Math.max(0, Math.ceil(waitMs / 1_000)),
    });
    if (standing.kind === 'notice') notice.show(standing.title, standing.text, standing.waits, this.#choices(standing));
    if (standing.kind === this.#shown) return;
    this.#shown = standing.kind;
    start.show(standing.kind === 'start');
    if (standing.kind !== 'notice') notice.hide();
    if (standing.kind === 'ranking' && this.#ranking) board.showEnd(this.#ranking.ranks, this.#ranking.seat, true);
    else if (standing.kind !== 'match') board.hide();
    if (standing.kind !== 'match') menu.close();
    if (client.match === undefined) view.hide();
  }

  #choices(standing: Extract<Standing, { kind: 'notice' }>): Choice[] {
    return standing.ways.map((way, index) => ({
      id: way,
      text: WAY_TEXTS[way],
      isMain: index === 0 && way !== 'cancel' && way !== 'leave',
      onChoose: () => this.#choose(way),
    }));
  }

  #choose(way: Way): void {
    if (way === 'take-over') void this.play(true);
    else if (way === 'play' || way === 'retry') void this.play();
    else if (way === 'cancel') void this.cancel();
    else void this.leave();
  }
}
