import { CLIMB_DOWN, CLIMB_UP, FULL_SPEED, type Hands, handsOf, SPRINT } from './input.ts';
import { clamp, nearest, smaller } from './integer.ts';
import { LADDER_DOWN, LADDER_UP } from './layout.ts';
import { cosine, SINE_ONE, sine } from './sine.ts';
import { slide } from './slide.ts';
import { CELL, cellsIn, FULL_TURN, HALF_CELL, restIn } from './units.ts';
import type { Walls } from './walls.ts';

/** What moves: a circle of RADIUS around (x, y), standing at z. Avatars are bodies. */
export interface Body {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heading: number;
}

/** Units per tick: 2.2, 3.5 and 1.5 cells a second. */
export const WALK_SPEED = 113;
export const SPRINT_SPEED = 179;
export const CLIMB_SPEED = 77;

/** How fast a climber is drawn to the middle of the ladder's cell: there before the climb is over. */
const LADDER_PULL = 96;

/**
 * One tick of a body under given hands; the same function makes the truth and predicts it. Bodies walk on floors and
 * climb in cells with a ladder. Between two floors nobody walks: climbing goes on by the climb buttons or, without
 * them, by going forward (up) or back (down); else the body hangs where it is.
 */
export function move(body: Body, given: Hands, walls: Walls): Body {
  const hands = handsOf(given);
  const { heading } = hands;
  const climb = climbOf(body, hands, walls);
  if (climb !== 0) return climbed(body, climb, heading);
  if (isOnLadder(body)) return { x: body.x, y: body.y, z: body.z, heading };
  const { dx, dy } = walkOf(hands);
  const { x, y } = slide(body, cellsIn(body.z), dx, dy, walls);
  return { x, y, z: body.z, heading };
}

/** One tick of a body that may look around and not move. */
export function look(body: Body, hands: Hands): Body {
  return { x: body.x, y: body.y, z: body.z, heading: hands.heading & (FULL_TURN - 1) };
}

/** Between two floors. */
export function isOnLadder(body: Body): boolean {
  return restIn(body.z) !== 0;
}

/** Sprinting is for going forward. */
export function isSprinting(hands: Hands): boolean {
  return (hands.buttons & SPRINT) !== 0 && hands.forward > 0;
}

/** 1 upwards, -1 downwards, 0 when these hands do not climb here. */
function climbOf(body: Body, hands: Hands, walls: Walls): number {
  const wanted = (hands.buttons & CLIMB_UP ? 1 : 0) - (hands.buttons & CLIMB_DOWN ? 1 : 0);
  if (isOnLadder(body)) return wanted !== 0 ? wanted : clamp(hands.forward, -1, 1);
  if (wanted === 0) return 0;
  const ladders = walls(cellsIn(body.x), cellsIn(body.y), cellsIn(body.z));
  return ladders & (wanted > 0 ? LADDER_UP : LADDER_DOWN) ? wanted : 0;
}

function climbed(body: Body, climb: number, heading: number): Body {
  // Whoever stands on a floor leaves it; whoever is between two does not go beyond them in one tick.
  const below = isOnLadder(body) ? cellsIn(body.z) * CELL : climb > 0 ? body.z : body.z - CELL;
  return {
    x: drawn(body.x),
    y: drawn(body.y),
    z: clamp(body.z + climb * CLIMB_SPEED, below, below + CELL),
    heading,
  };
}

/** A coordinate, nearer to the middle of its cell. That way no wall and no post comes nearer. */
function drawn(length: number): number {
  return length + clamp(HALF_CELL - restIn(length), -LADDER_PULL, LADDER_PULL);
}

/** What one tick's walking adds to x and y. */
function walkOf(hands: Hands): { dx: number; dy: number } {
  const { forward, strafe, heading } = hands;
  const effort = Math.sqrt(forward * forward + strafe * strafe);
  if (effort === 0) return { dx: 0, dy: 0 };
  const speed = isSprinting(hands) ? SPRINT_SPEED : WALK_SPEED;
  // Both at once are not faster than one alone.
  const share = (speed * smaller(1, FULL_SPEED / effort)) / (FULL_SPEED * SINE_ONE);
  return {
    dx: nearest((forward * cosine(heading) - strafe * sine(heading)) * share),
    dy: nearest((forward * sine(heading) + strafe * cosine(heading)) * share),
  };
}
