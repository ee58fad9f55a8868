/**
 * Hides jumps: what is shown is the true place plus an offset that fades. A correction puts what it jumped by into the
 * offset, so that the shown place stays where it was and glides to the truth.
 */
const FADE_MS = 80;
/** Who jumps further than this was put somewhere else: show that at once. Units: one and a half cells. */
const JUMP_UNITS_MAX = 1536;

export interface Offset {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

const NONE: Offset = Object.freeze({ x: 0, y: 0, z: 0 });

export class Smoothing {
  #offset: Offset = NONE;
  #atMs = 0;

  /** The truth jumped by so much; show nothing of it yet. */
  absorb(dx: number, dy: number, dz: number, nowMs: number): void {
    if (dx === 0 && dy === 0 && dz === 0) return;
    const { x, y, z } = this.at(nowMs);
    const offset = { x: x - dx, y: y - dy, z: z - dz };
    this.#offset = Math.hypot(offset.x, offset.y, offset.z) > JUMP_UNITS_MAX ? NONE : offset;
    this.#atMs = nowMs;
  }

  /** What to add to the truth at a moment. */
  at(nowMs: number): Offset {
    if (this.#offset === NONE) return NONE;
    const share = Math.exp(-Math.max(0, nowMs - this.#atMs) / FADE_MS);
    if (share < 0.01) this.#offset = NONE;
    return { x: this.#offset.x * share, y: this.#offset.y * share, z: this.#offset.z * share };
  }

  reset(): void {
    this.#offset = NONE;
  }
}
