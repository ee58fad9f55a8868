import type { Avatar } from './avatar.ts';
import { turnBetween } from './sine.ts';
import { FULL_TURN } from './units.ts';

/**
 * Avatars that moved, in columns: most of what a delta says. Each column has one number per avatar, in order of seats; one
 * that has only zeros is empty. Its shape is the protocol's Moves.
 */
export interface Moves {
  /** Ascending: the first, then the distance from one to the next. */
  seats: number[];
  x: number[];
  y: number[];
  z: number[];
  /** The shorter way round: -32768 to 32767. */
  heading: number[];
  lastInput: number[];
}

/** Moves being gathered, avatar by avatar, by ascending seat. */
export class MovesDraft {
  readonly #seats: number[] = [];
  readonly #x = new Column();
  readonly #y = new Column();
  readonly #z = new Column();
  readonly #heading = new Column();
  readonly #lastInput = new Column();
  #seat = 0;

  /** Notes what an avatar moved by, if anything; false when it changed in another way too: then nothing is noted. */
  take(before: Avatar, after: Avatar): boolean {
    if (!onlyMoved(before, after)) return false;
    const x = after.x - before.x;
    const y = after.y - before.y;
    const z = after.z - before.z;
    const heading = turnBetween(before.heading, after.heading);
    const lastInput = after.lastInput - before.lastInput;
    if ((x | y | z | heading) === 0 && lastInput === 0) return true;
    this.#seats.push(after.seat - this.#seat);
    this.#seat = after.seat;
    this.#x.push(x);
    this.#y.push(y);
    this.#z.push(z);
    this.#heading.push(heading);
    this.#lastInput.push(lastInput);
    return true;
  }

  /** Undefined when nobody moved. */
  finish(): Moves | undefined {
    if (this.#seats.length === 0) return undefined;
    return {
      seats: this.#seats,
      x: this.#x.finish(),
      y: this.#y.finish(),
      z: this.#z.finish(),
      heading: this.#heading.finish(),
      lastInput: this.#lastInput.finish(),
    };
  }
}

/** Whether an avatar changed in no other way than by moving. */
export function onlyMoved(before: Avatar, after: Avatar): boolean {
  return (
    before.flags === after.flags &&
    before.arrival === after.arrival &&
    before.points === after.points &&
    before.clews === after.clews &&
    before.displayName === after.displayName
  );
}

class Column {
  readonly #numbers: number[] = [];
  #isZero = true;

  push(value: number): void {
    this.#numbers.push(value);
    if (value !== 0) this.#isZero = false;
  }

  finish(): number[] {
    return this.#isZero ? [] : this.#numbers;
  }
}

/** The avatars, those that moved replaced; what is said of seats that are not among them is nothing. */
export function applyMoves(avatars: readonly Avatar[], moves: Moves | undefined): readonly Avatar[] {
  if (moves === undefined || moves.seats.length === 0) return avatars;
  const next = [...avatars];
  let place = 0;
  let seat = 0;
  for (const [at, distance] of moves.seats.entries()) {
    seat += distance;
    while (place < next.length && next[place]!.seat < seat) place++;
    const before = next[place];
    if (before?.seat !== seat) continue;
    next[place] = {
      seat,
      x: before.x + (moves.x[at] ?? 0),
      y: before.y + (moves.y[at] ?? 0),
      z: before.z + (moves.z[at] ?? 0),
      heading: (before.heading + (moves.heading[at] ?? 0)) & (FULL_TURN - 1),
      lastInput: before.lastInput + (moves.lastInput[at] ?? 0),
      points: before.points,
      clews: before.clews,
      flags: before.flags,
      arrival: before.arrival,
      displayName: before.displayName,
    };
  }
  return next;
}
