import { type Avatar, CELL, FULL_TURN, TICK_RATE, type View } from '@clew/maze';
import type { OtherAvatar } from './match-sample.ts';

/** Shows others between the newest frames. Bounded: VIEWS_MAX frames, which is longer than anybody looks back. */
const VIEWS_MAX = 16;
/** Nobody moves that far in a tick: who does was put somewhere else. */
const STEP_UNITS_MAX = CELL;

export class Interpolation {
  /** By ascending tick. */
  readonly #views: View[] = [];

  push(view: View): void {
    const newest = this.#views.at(-1);
    if (newest !== undefined && view.tick <= newest.tick) this.#views.length = 0;
    this.#views.push(view);
    if (this.#views.length > VIEWS_MAX) this.#views.shift();
  }

  /** All avatars at a tick with its fraction, but the own; where no later frame is there yet, as in the newest. */
  others(tick: number, ownSeat: number): OtherAvatar[] {
    const { from, to, fraction } = this.#around(tick);
    if (to === undefined) return [];
    const others: OtherAvatar[] = [];
    for (const avatar of to.avatars) {
      if (avatar.seat === ownSeat) continue;
      others.push(between(avatarOf(from, to, avatar.seat), avatar, to.tick - (from?.tick ?? to.tick), fraction));
    }
    return others;
  }

  /** One avatar at a tick with its fraction. */
  one(tick: number, seat: number): OtherAvatar | undefined {
    const { from, to, fraction } = this.#around(tick);
    const avatar = to?.avatars.find((entry) => entry.seat === seat);
    if (to === undefined || avatar === undefined) return undefined;
    return between(avatarOf(from, to, seat), avatar, to.tick - (from?.tick ?? to.tick), fraction);
  }

  #around(tick: number): { from: View | undefined; to: View | undefined; fraction: number } {
    const index = this.#views.findIndex((view) => view.tick >= tick);
    if (index === -1) return { from: undefined, to: this.#views.at(-1), fraction: 1 };
    const to = this.#views[index];
    const from = this.#views[index - 1];
    if (to === undefined || from === undefined) return { from: undefined, to, fraction: 1 };
    return { from, to, fraction: (tick - from.tick) / (to.tick - from.tick) };
  }
}

/** The avatar one frame earlier, if it was in the same maze. */
function avatarOf(from: View | undefined, to: View, seat: number): Avatar | undefined {
  return from === undefined || from.layout !== to.layout
    ? undefined
    : from.avatars.find((entry) => entry.seat === seat);
}

function between(from: Avatar | undefined, to: Avatar, ticks: number, fraction: number): OtherAvatar {
  const { seat, flags, points, clews, arrival, displayName } = to;
  const known = { seat, flags, points, clews, arrival, displayName };
  const units = from === undefined ? 0 : Math.hypot(to.x - from.x, to.y - from.y, to.z - from.z);
  if (from === undefined || units > STEP_UNITS_MAX * ticks) {
    return { ...known, x: to.x, y: to.y, z: to.z, heading: to.heading, speed: 0 };
  }
  return {
    ...known,
    x: from.x + (to.x - from.x) * fraction,
    y: from.y + (to.y - from.y) * fraction,
    z: from.z + (to.z - from.z) * fraction,
    heading: headingBetween(from.heading, to.heading, fraction),
    speed: (Math.hypot(to.x - from.x, to.y - from.y) / ticks) * TICK_RATE,
  };
}

/** The shorter way round; the result is from 0 up to FULL_TURN, with fractions. */
export function headingBetween(from: number, to: number, fraction: number): number {
  const half = FULL_TURN / 2;
  const turn = ((((to - from + half) % FULL_TURN) + FULL_TURN) % FULL_TURN) - half;
  return (((from + turn * fraction) % FULL_TURN) + FULL_TURN) % FULL_TURN;
}
