/** The door: what the game is, a name, and "Play". */
import { nameFault } from '../play/telling.ts';
import { element, say } from './element.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['W A S D', 'walk'],
  ['Mouse', 'look'],
  ['Shift', 'sprint'],
  ['Space · C', 'climb up · down'],
];

export class StartScreen {
  readonly root: HTMLElement;
  readonly #name: HTMLInputElement;
  readonly #fault: HTMLElement;
  readonly #play: HTMLButtonElement;

  constructor(name: string, onPlay: (name: string) => void) {
    this.#name = element('input', {
      id: 'player-name',
      attributes: {
        type: 'text',
        maxlength: '48',
        autocomplete: 'nickname',
        spellcheck: 'false',
        placeholder: 'Ariadne',
        'aria-describedby': 'name-fault',
        enterkeyhint: 'go',
      },
    });
    this.#name.value = name;
    this.#fault = element('p', { id: 'name-fault', class: 'fault', attributes: { role: 'alert' } });
    this.#play = element('button', { id: 'play', class: 'button main', text: 'Play', attributes: { type: 'submit' } });
    const form = element('form', { class: 'entry', attributes: { novalidate: '' } }, [
      element('label', { text: 'Your name', attributes: { for: 'player-name' } }),
      element('div', { class: 'entry-row' }, [this.#name, this.#play]),
      this.#fault,
    ]);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const fault = nameFault(this.#name.value);
      this.refuse(fault ?? '');
      if (fault === undefined) onPlay(this.#name.value.trim());
      else this.#name.focus();
    });
    const keys = element('dl', { class: 'keys' });
    for (const [key, meaning] of KEYS) {
      keys.append(element('div', {}, [element('dt', { text: key }), element('dd', { text: meaning })]));
    }
    this.root = element('section', { id: 'start', class: 'screen', attributes: { 'aria-label': 'Start' } }, [
      element('div', { class: 'start-panel' }, [
        element('h1', { class: 'title', text: 'Clew' }),
        element('p', { class: 'motto', text: 'Five mazes. One way out of each.' }),
        form,
        element('p', {
          class: 'story',
          text: 'Find the glowing gate before the others do. Balls of thread lie in dead ends: each shows you the way for five seconds.',
        }),
        keys,
      ]),
    ]);
  }

  /** Shows what is wrong with the name; empty: nothing. */
  refuse(fault: string): void {
    say(this.#fault, fault);
    this.#name.setAttribute('aria-invalid', fault === '' ? 'false' : 'true');
  }

  set isBusy(busy: boolean) {
    this.#play.disabled = busy;
    this.#name.disabled = busy;
  }

  show(visible: boolean): void {
    const was = !this.root.hidden;
    this.root.hidden = !visible;
    if (visible && !was) this.#name.focus({ preventScroll: true });
  }
}
