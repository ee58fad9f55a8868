/** The points between the levels, and the ranking at the end. */
import type { Rank } from '@clew/maze';
import { counted, ordinal } from '../play/telling.ts';
import { button, element, say } from './element.ts';
import { rankingRows, rankingTable } from './ranking-list.ts';

export class Board {
  readonly root: HTMLElement;
  readonly #title = element('h2');
  readonly #text = element('p', { class: 'board-text' });
  readonly #table = element('div');
  readonly #choices = element('div', { class: 'choices' });
  readonly #again: HTMLButtonElement;
  #shown: unknown;

  constructor(onAgain: () => void, onLeave: () => void) {
    this.#again = button('Play again', 'main', onAgain);
    this.#again.id = 'play-again';
    const leave = button('Leave', 'quiet', onLeave);
    leave.id = 'leave';
    this.#choices.append(this.#again, leave);
    this.root = element('section', { id: 'board', class: 'screen', attributes: { 'aria-live': 'polite' } }, [
      element('div', { class: 'panel wide-panel' }, [this.#title, this.#text, this.#table, this.#choices]),
    ]);
    this.root.hidden = true;
  }

  /** A level is over; the next one comes by itself. */
  showLevel(level: number, levels: number, ranking: readonly Rank[], seat: number, nextInMs: number | undefined): void {
    const seconds = Math.ceil((nextInMs ?? 0) / 1_000);
    const next = level < levels ? `Level ${level + 1} begins` : 'The match ends';
    this.#show(`Level ${level} of ${levels}`, `${next} in ${counted(seconds, 'second')}.`, ranking, seat, false);
  }

  /** The match is over. */
  showEnd(ranking: readonly Rank[], seat: number, canGoOn: boolean): void {
    const own = ranking.find((rank) => rank.seat === seat);
    const title = own?.place === 1 ? 'You found the way first' : 'The match is over';
    const text = own ? `You came in ${ordinal(own.place)} of ${ranking.length}.` : '';
    this.#show(title, text, ranking, seat, canGoOn);
  }

  hide(): void {
    this.root.hidden = true;
    this.#shown = undefined;
  }

  #show(title: string, text: string, ranking: readonly Rank[], seat: number, withChoices: boolean): void {
    this.root.hidden = false;
    say(this.#title, title);
    say(this.#text, text);
    if (this.#shown !== ranking) {
      this.#shown = ranking;
      this.#table.replaceChildren(rankingTable(rankingRows(ranking, seat, 12), true));
    }
    if (this.#choices.hidden === withChoices) {
      this.#choices.hidden = !withChoices;
      if (withChoices) this.#again.focus({ preventScroll: true });
    }
  }
}
