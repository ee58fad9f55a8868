import type { Avatar } from './avatar.ts';
import { type MovesDraft, onlyMoved } from './moves.ts';
import { turnBetween } from './sine.ts';
import { FULL_TURN } from './units.ts';

/**
 * Avatars that moved, in rows of one list of numbers, so that the rows of several regions are simply put one after the
 * other. A row begins with seat * 16 + bits; the bits say which differences follow, in this order.
 */
export type Rows = number[];

const PLACE = 1; // x and y
const HEIGHT = 2; // z
const HEADING = 4;
const INPUT = 8; // lastInput
const BITS = 16;

/** Moves being gathered in rows. */
export class RowsDraft implements Pick<MovesDraft, 'take'> {
  readonly rows: Rows = [];

  /** As MovesDraft does. */
  take(before: Avatar, after: Avatar): boolean {
    if (!onlyMoved(before, after)) return false;
    const x = after.x - before.x;
    const y = after.y - before.y;
    const z = after.z - before.z;
    const heading = turnBetween(before.heading, after.heading);
    const lastInput = after.lastInput - before.lastInput;
    const bits =
      ((x | y) === 0 ? 0 : PLACE) |
      (z === 0 ? 0 : HEIGHT) |
      (heading === 0 ? 0 : HEADING) |
      (lastInput === 0 ? 0 : INPUT);
    if (bits === 0) return true;
    const { rows } = this;
    rows.push(after.seat * BITS + bits);
    if (bits & PLACE) rows.push(x, y);
    if (bits & HEIGHT) rows.push(z);
    if (bits & HEADING) rows.push(heading);
    if (bits & INPUT) rows.push(lastInput);
    return true;
  }
}

/** Calls `move` with each avatar that moved and what it is afterwards; seats that are not known are passed over. */
export function eachRow(rows: Rows, avatarOf: (seat: number) => Avatar | undefined, move: (after: Avatar) => void) {
  let at = 0;
  const next = (): number => rows[at++] ?? 0;
  while (at < rows.length) {
    const head = next();
    const x = head & PLACE ? next() : 0;
    const y = head & PLACE ? next() : 0;
    const z = head & HEIGHT ? next() : 0;
    const heading = head & HEADING ? next() : 0;
    const lastInput = head & INPUT ? next() : 0;
    const before = avatarOf((head / BITS) | 0);
    if (before === undefined) continue;
    move({
      seat: before.seat,
      x: before.x + x,
      y: before.y + y,
      z: before.z + z,
      heading: (before.heading + heading) & (FULL_TURN - 1),
      lastInput: before.lastInput + lastInput,
      points: before.points,
      clews: before.clews,
      flags: before.flags,
      arrival: before.arrival,
      displayName: before.displayName,
    });
  }
}
