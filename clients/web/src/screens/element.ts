/** Makes elements. Text is always text: what players are called is never read as markup. */

export interface ElementOptions {
  readonly id?: string;
  readonly class?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  options: ElementOptions = {},
  children: readonly Node[] = [],
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (options.id !== undefined) made.id = options.id;
  if (options.class !== undefined) made.className = options.class;
  if (options.text !== undefined) made.textContent = options.text;
  for (const [attribute, value] of Object.entries(options.attributes ?? {})) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

export function button(text: string, kind: 'main' | 'quiet', onClick: () => void): HTMLButtonElement {
  const made = element('button', { class: `button ${kind}`, text, attributes: { type: 'button' } });
  made.addEventListener('click', onClick);
  return made;
}

/** Changes text only where it differs: cheaper, and screen readers hear it once. */
export function say(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
