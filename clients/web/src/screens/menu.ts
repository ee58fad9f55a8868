/** What one can do besides playing, while the match goes on. */
import { button, element } from './element.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['W A S D, ↑ ↓', 'walk'],
  ['Mouse, ← →', 'look, turn'],
  ['Shift', 'sprint'],
  ['Space or E', 'climb up'],
  ['C or Q', 'climb down'],
  ['M', 'sound'],
  ['Esc', 'free the mouse'],
];

export class Menu {
  readonly root: HTMLElement;
  readonly #resume: HTMLButtonElement;

  constructor(onResume: () => void, onGiveUp: () => void, onLeave: () => void) {
    this.#resume = button('Go on', 'main', onResume);
    const giveUp = button('Give up this match', 'quiet', onGiveUp);
    giveUp.id = 'give-up';
    const leave = button('Leave the game', 'quiet', onLeave);
    leave.id = 'leave-game';
    const keys = element('dl', { class: 'keys' });
    for (const [key, meaning] of KEYS) {
      keys.append(element('div', {}, [element('dt', { text: key }), element('dd', { text: meaning })]));
    }
    this.root = element(
      'section',
      { id: 'menu', class: 'screen', attributes: { role: 'dialog', 'aria-label': 'Menu' } },
      [
        element('div', { class: 'panel' }, [
          element('h2', { text: 'The maze goes on meanwhile' }),
          keys,
          element('div', { class: 'choices' }, [this.#resume, giveUp, leave]),
        ]),
      ],
    );
    this.root.hidden = true;
  }

  get isOpen(): boolean {
    return !this.root.hidden;
  }

  open(): void {
    this.root.hidden = false;
    this.#resume.focus({ preventScroll: true });
  }

  close(): void {
    this.root.hidden = true;
  }
}
