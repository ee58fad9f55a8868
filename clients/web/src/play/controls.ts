/**
 * The player's keyboard, mouse and thumbs. The mouse looks while the pointer is locked to the canvas (a click locks it,
 * Esc frees it); keys work without. On glass the left half of the screen walks and the right half looks.
 */
import { FULL_TURN, type Hands } from '@clew/maze';
import { type Action, actionOf, handsOf, type Thumb, turnOf, wrapped } from './hands.ts';

/** Of a full turn, per pixel that the mouse or a thumb moves. */
const MOUSE_TURN = 0.00034;
const THUMB_TURN = 0.0009;
/** How far one can look up and down, in radians. */
const PITCH_MAX = 1.25;
/** Pixels that a walking thumb travels to full speed. */
const THUMB_TRAVEL = 60;

export class Controls {
  /** Radians, up is positive. */
  pitch = 0;
  /** Told when the pointer was locked or freed. */
  onLock: (locked: boolean) => void = () => {};
  #heading = 0;
  #turnSeconds = 0;
  #active = false;
  readonly #held = new Set<Action>();
  readonly #canvas: HTMLCanvasElement;
  #walk: { readonly id: number; readonly x: number; readonly y: number; thumb: Thumb } | undefined;
  #look: { readonly id: number; x: number; y: number } | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    window.addEventListener('keydown', (event) => this.#press(event));
    window.addEventListener('keyup', (event) => {
      const action = actionOf(event.code);
      if (action) this.#held.delete(action);
    });
    // A key that is released elsewhere is never heard of.
    window.addEventListener('blur', () => this.#release());
    document.addEventListener('visibilitychange', () => this.#release());
    document.addEventListener('pointerlockchange', () => this.onLock(this.isLocked));
    document.addEventListener('mousemove', (event) => {
      if (this.isLocked) this.#lookBy(event.movementX, event.movementY, MOUSE_TURN);
    });
    canvas.addEventListener('pointerdown', (event) => this.#touch(event));
    canvas.addEventListener('pointermove', (event) => this.#drag(event));
    for (const end of ['pointerup', 'pointercancel'] as const) {
      canvas.addEventListener(end, (event) => {
        if (this.#walk?.id === event.pointerId) this.#walk = undefined;
        if (this.#look?.id === event.pointerId) this.#look = undefined;
      });
    }
  }

  /** Whether keys and pointer play the game now, rather than the page. */
  get isActive(): boolean {
    return this.#active;
  }

  set isActive(active: boolean) {
    if (active === this.#active) return;
    this.#active = active;
    if (active) {
      this.#canvas.focus({ preventScroll: true });
      return;
    }
    this.#release();
    if (this.isLocked) document.exitPointerLock();
  }

  get isLocked(): boolean {
    return document.pointerLockElement === this.#canvas;
  }

  get heading(): number {
    return this.#heading;
  }

  /** Looks where the match says, level. */
  face(heading: number): void {
    this.#heading = heading;
    this.pitch = 0;
  }

  /** The hands now; `seconds` is the time since the last call (turning by keys goes on meanwhile). */
  hands(seconds: number): Hands {
    const turn = turnOf(this.#held, this.#turnSeconds);
    this.#turnSeconds = turn === 0 ? 0 : this.#turnSeconds + seconds;
    this.#heading = (this.#heading + turn * seconds + FULL_TURN) % FULL_TURN;
    return handsOf(this.#active ? this.#held : new Set(), wrapped(this.#heading), this.#walk?.thumb);
  }

  /** Asks for the pointer. Browsers refuse it shortly after Esc: then the next click asks again. */
  lock(): void {
    if (!this.#active || this.isLocked || matchMedia('(pointer: coarse)').matches) return;
    const asked = this.#canvas.requestPointerLock() as unknown as Promise<void> | undefined;
    asked?.catch(() => {});
  }

  #press(event: KeyboardEvent): void {
    if (!this.#active || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actionOf(event.code);
    if (action === undefined || isMeant(event)) return;
    event.preventDefault();
    this.#held.add(action);
  }

  #release(): void {
    this.#held.clear();
    this.#walk = undefined;
    this.#look = undefined;
  }

  #lookBy(dx: number, dy: number, turn: number): void {
    this.#heading = (this.#heading + dx * turn * FULL_TURN + FULL_TURN) % FULL_TURN;
    this.pitch = Math.max(-PITCH_MAX, Math.min(PITCH_MAX, this.pitch - dy * turn * Math.PI * 2));
  }

  #touch(event: PointerEvent): void {
    if (!this.#active) return;
    if (event.pointerType === 'mouse') {
      this.lock();
      return;
    }
    event.preventDefault();
    this.#canvas.setPointerCapture(event.pointerId);
    const { pointerId: id, clientX: x, clientY: y } = event;
    if (x < window.innerWidth / 2) this.#walk ??= { id, x, y, thumb: { right: 0, forward: 0 } };
    else this.#look ??= { id, x, y };
  }

  #drag(event: PointerEvent): void {
    const { pointerId: id, clientX: x, clientY: y } = event;
    if (this.#walk?.id === id) {
      const reach = (pixels: number): number => Math.max(-1, Math.min(1, pixels / THUMB_TRAVEL));
      this.#walk.thumb = { right: reach(x - this.#walk.x), forward: reach(this.#walk.y - y) };
    }
    if (this.#look?.id === id) {
      this.#lookBy(x - this.#look.x, y - this.#look.y, THUMB_TURN);
      this.#look.x = x;
      this.#look.y = y;
    }
  }
}

/** Whether the element that has the focus takes the key itself: a field all of them, a button those that press it. */
function isMeant({ target, code }: KeyboardEvent): boolean {
  if (target instanceof HTMLInputElement) return true;
  return target instanceof HTMLButtonElement && (code === 'Space' || code === 'Enter');
}
