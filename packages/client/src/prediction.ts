import {
  type Avatar,
  type Body,
  CELL,
  cellAt,
  FLAG_BOT,
  FLAG_OUT,
  type Hands,
  type Layout,
  look,
  move,
  Phase,
  type View,
  type Walls,
  wallsOf,
} from '@clew/maze';

/**
 * Where the own figure is, ahead of the frames: the newest frame's truth, and on top of it the hands of the ticks
 * since, moved by the same rules that the server moves it by. A frame that differs from what was predicted for its
 * tick corrects it, and the ticks since are moved again.
 *
 * P1 Deterministic: the same frames and hands, the same bodies. While the server gets all inputs in time there is no
 *    correction at all, for both compute the same.
 * P2 Bounded: no more than TICKS_MAX ticks are kept or replayed.
 */
const TICKS_MAX = 64;

/** Who tells the hands of a tick; undefined: at rest. */
export type HandsAt = (tick: number) => Hands | undefined;

export class Prediction {
  /** Bodies by tick; index is the tick modulo TICKS_MAX. */
  readonly #bodies: ({ readonly tick: number; readonly body: Body } | undefined)[] = new Array(TICKS_MAX);
  #view: View | undefined;
  #avatar: Avatar | undefined;
  #layout: Layout | undefined;
  #walls: Walls = wallsOf({ width: 0, height: 0, floors: 0, cells: new Uint8Array(0), exit: 0 });
  #tick = 0;

  /** The newest tick that is predicted. */
  get tick(): number {
    return this.#tick;
  }

  /** The body at the newest tick; undefined before the first frame. */
  get body(): Body | undefined {
    return this.#at(this.#tick);
  }

  /** The body one tick before the newest. */
  get previous(): Body | undefined {
    return this.#at(this.#tick - 1) ?? this.body;
  }

  /** False while the server moves the figure without us: a bot plays it. */
  get isOurs(): boolean {
    return this.#avatar !== undefined && (this.#avatar.flags & FLAG_BOT) === 0;
  }

  /**
   * Takes a frame's truth and predicts anew from there up to and with `tick`, or to the frame's tick if that is later.
   * Returns by how many units the prediction for the frame's own tick was wrong; 0 where there was none.
   */
  frame(view: View, avatar: Avatar, tick: number, handsAt: HandsAt): number {
    const levelBegan = view.layout !== this.#layout;
    if (levelBegan) {
      this.#layout = view.layout;
      this.#walls = wallsOf(view.layout);
    }
    const expected = this.#at(view.tick);
    this.#view = view;
    this.#avatar = avatar;
    const target = tick - view.tick < TICKS_MAX ? Math.max(tick, view.tick) : view.tick; // P2
    this.#keep(view.tick, { x: avatar.x, y: avatar.y, z: avatar.z, heading: avatar.heading });
    this.#tick = view.tick;
    this.advance(target, handsAt);
    if (expected === undefined || levelBegan) return 0;
    return Math.hypot(avatar.x - expected.x, avatar.y - expected.y, avatar.z - expected.z);
  }

  /** Predicts up to and with a tick. */
  advance(tick: number, handsAt: HandsAt): void {
    if (tick - this.#tick > TICKS_MAX) return; // P2: the next frame begins anew
    while (this.#tick < tick) {
      const body = this.body;
      if (body === undefined) return;
      const next = this.#tick + 1;
      this.#keep(next, this.#moved(body, next, handsAt(next)));
      this.#tick = next;
    }
  }

  /** The hands of the newest tick are others than was thought: moves it again. */
  redo(handsAt: HandsAt): void {
    const previous = this.#at(this.#tick - 1);
    if (previous !== undefined) this.#keep(this.#tick, this.#moved(previous, this.#tick, handsAt(this.#tick)));
  }

  #moved(body: Body, tick: number, hands: Hands | undefined): Body {
    const held = hands ?? { forward: 0, strafe: 0, heading: body.heading, buttons: 0 };
    return this.#canMove(body, tick) ? move(body, held, this.#walls) : look(body, held);
  }

  /** The phase that a tick will be in is known, as long as nobody arrives. Who stands in the exit is out. */
  #canMove(body: Body, tick: number): boolean {
    const view = this.#view;
    const avatar = this.#avatar;
    if (view === undefined || avatar === undefined || (avatar.flags & FLAG_OUT) !== 0) return false;
    const { phase, phaseEndTick } = view.level;
    const isClimbing =
      phase === Phase.CLIMBING ? tick < phaseEndTick : phase === Phase.STARTING && tick >= phaseEndTick;
    return isClimbing && !(body.z % CELL === 0 && cellAt(view.layout, body.x, body.y, body.z) === view.layout.exit);
  }

  #at(tick: number): Body | undefined {
    const kept = this.#bodies[((tick % TICKS_MAX) + TICKS_MAX) % TICKS_MAX];
    return kept?.tick === tick ? kept.body : undefined;
  }

  #keep(tick: number, body: Body): void {
    this.#bodies[tick % TICKS_MAX] = { tick, body };
  }
}
