import { type Avatar, emptyView, type View, type World } from '@clew/maze';

/** Columns of a row, one row for each seat: what changes in nearly every tick, then what rarely does. */
export const X = 0;
export const Y = 1;
export const Z = 2;
export const HEADING = 3;
export const LAST_INPUT = 4;
export const POINTS = 5;
export const CLEWS = 6;
export const FLAGS = 7;
export const ARRIVAL = 8;
export const COLUMNS = 9;

/**
 * What those who follow a match know of it, in as little memory as that takes. A process with hundreds of matches waits for
 * memory more than for anything else, and two views of each, tick by tick, were a fifth of what a tick had to read.
 */
export class Shown {
  /** M3: a row for each of the match's seats. */
  readonly rows: Int32Array;
  /** M3: a name for each of them. */
  readonly #names: string[] = [];
  #tick = emptyView.tick;
  #layout = emptyView.layout;
  #level = emptyView.level;
  #clews = emptyView.clews;

  constructor(world: World) {
    this.rows = new Int32Array(world.avatars.length * COLUMNS);
    this.show(world);
  }

  /** From now on they know the world as it is. */
  show({ tick, layout, level, clews, avatars }: World): void {
    this.#tick = tick;
    this.#layout = layout;
    this.#level = level;
    this.#clews = clews;
    for (let seat = 0; seat < avatars.length; seat++) this.#showAvatar(seat, avatars[seat]!);
  }

  /** Whether nothing but avatars may have changed, and of those nothing but where they are. */
  onlyMoved({ layout, level, clews, avatars }: World): boolean {
    if (layout !== this.#layout || level !== this.#level || clews !== this.#clews) return false;
    const { rows } = this;
    for (let seat = 0; seat < avatars.length; seat++) {
      const avatar = avatars[seat]!;
      const row = seat * COLUMNS;
      const isSame =
        avatar.points === rows[row + POINTS] &&
        avatar.clews === rows[row + CLEWS] &&
        avatar.flags === rows[row + FLAGS] &&
        avatar.arrival === rows[row + ARRIVAL] &&
        avatar.displayName === this.#names[seat];
      if (!isSame) return false;
    }
    return true;
  }

  /** What they know, as it is told where more than moves happened. */
  view(): View {
    const avatars = this.#names.map((_, seat) => this.#avatar(seat));
    return { tick: this.#tick, layout: this.#layout, level: this.#level, avatars, clews: this.#clews };
  }

  #avatar(seat: number): Avatar {
    const { rows } = this;
    const row = seat * COLUMNS;
    return {
      seat,
      x: rows[row + X]!,
      y: rows[row + Y]!,
      z: rows[row + Z]!,
      heading: rows[row + HEADING]!,
      lastInput: rows[row + LAST_INPUT]!,
      points: rows[row + POINTS]!,
      clews: rows[row + CLEWS]!,
      flags: rows[row + FLAGS]!,
      arrival: rows[row + ARRIVAL]!,
      displayName: this.#names[seat]!,
    };
  }

  #showAvatar(seat: number, avatar: Avatar): void {
    const { rows } = this;
    const row = seat * COLUMNS;
    rows[row + X] = avatar.x;
    rows[row + Y] = avatar.y;
    rows[row + Z] = avatar.z;
    rows[row + HEADING] = avatar.heading;
    rows[row + LAST_INPUT] = avatar.lastInput;
    rows[row + POINTS] = avatar.points;
    rows[row + CLEWS] = avatar.clews;
    rows[row + FLAGS] = avatar.flags;
    rows[row + ARRIVAL] = avatar.arrival;
    this.#names[seat] = avatar.displayName;
  }
}
