/** What stands between the player and the game for a while: a sentence, and what can be done about it. */
import { button, element, say } from './element.ts';

/** Something that can be done. Choices with the same ids are the same choices. */
export interface Choice {
  readonly text: string;
  readonly isMain: boolean;
  readonly id: string;
  readonly onChoose: () => void;
}

export class Notice {
  readonly root: HTMLElement;
  readonly #title: HTMLElement;
  readonly #text: HTMLElement;
  readonly #choices: HTMLElement;
  #shown = '';

  constructor() {
    this.#title = element('h2');
    this.#text = element('p');
    this.#choices = element('div', { class: 'choices' });
    this.root = element('section', { id: 'notice', class: 'screen', attributes: { 'aria-live': 'assertive' } }, [
      element('div', { class: 'panel' }, [
        element('div', { class: 'spinner' }),
        this.#title,
        this.#text,
        this.#choices,
      ]),
    ]);
    this.root.hidden = true;
  }

  /** `waits`: something goes on by itself, shown by a turning thread. */
  show(title: string, text: string, waits: boolean, choices: readonly Choice[]): void {
    this.root.hidden = false;
    this.root.classList.toggle('waits', waits);
    say(this.#title, title);
    say(this.#text, text);
    const shown = choices.map((choice) => choice.id).join();
    // The same choices stay where they are: a focused button must not vanish under the finger.
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#choices.replaceChildren(
      ...choices.map((choice) => {
        const made = button(choice.text, choice.isMain ? 'main' : 'quiet', choice.onChoose);
        made.id = choice.id;
        return made;
      }),
    );
    this.#choices.querySelector('button')?.focus({ preventScroll: true });
  }

  hide(): void {
    this.root.hidden = true;
    this.#shown = '';
    this.#choices.replaceChildren();
  }
}
