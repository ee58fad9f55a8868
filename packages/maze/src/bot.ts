import { type Avatar, canMove } from './avatar.ts';
import { distancesToClews, distancesToLandmark } from './goals.ts';
import { CLIMB_DOWN, CLIMB_UP, type Hands, restingHands, SPRINT } from './input.ts';
import { clamp, magnitude, nearest } from './integer.ts';
import { cellAt, centreOf, DOWN, neighbourOffsets, UP } from './layout.ts';
import { isOnLadder } from './movement.ts';
import type { Sight } from './sight.ts';
import { cosine, headingOf, SINE_ONE, sine, turnBetween } from './sine.ts';
import type { Point } from './slide.ts';
import { type Temper, temperOf } from './temper.ts';
import { FULL_TURN } from './units.ts';
import { type Distances, directionDown, distancesToExit } from './way.ts';

/**
 * A bot plays like a person who has been here before: it knows the way and loses it now and then, goes for a clew that
 * is near, stands still to look around, and cannot turn on the spot. It has no memory: what it feels like follows from
 * its seat and the tick, so that it is the same bot wherever it runs.
 */

/** How far a bot turns in a tick, at most: about 14 degrees. */
const TURN_MAX = 2_600;
/** It walks on while it turns, unless the way is farther from where it looks than this: about 60 degrees. */
const WALKING_TURN_MAX = 11_000;
/** It sprints only where it goes straight on. */
const SPRINTING_TURN_MAX = 3_000;
/** How fast it looks around, and for how long to the same side, in ticks. */
const LOOKING_TURN = 700;
const LOOKING_TICKS = 16;

/** What a bot's hands on a seat do in this tick. Pure: the same sight, the same hands. */
export function bot(sight: Sight, seat: number): Hands {
  const { layout, level, tick } = sight;
  const avatar = avatarOf(sight, seat);
  if (avatar === undefined) return restingHands(0);
  if (!canMove(level, avatar)) return restingHands(avatar.heading);
  const cell = cellAt(layout, avatar.x, avatar.y, avatar.z);
  const temper = temperOf(level.number, seat, tick);
  const distances = goalOf(sight, cell, temper);
  const offsets = neighbourOffsets(layout);
  if (isOnLadder(avatar)) return climbing(avatar, distances[cell + offsets[UP]!]! < distances[cell]!);
  const direction = directionDown(layout, distances, cell);
  if (direction === UP || direction === DOWN) return climbing(avatar, direction === UP);
  if (temper.mood === 'looking') return lookingAround(avatar, tick);
  if (direction !== undefined) return walking(avatar, centreOf(layout, cell + offsets[direction]!), temper);
  // There already: at the clew's cell one still has to touch it; a landmark turns out to be nothing.
  return temper.mood === 'sure' ? walking(avatar, centreOf(layout, cell), temper) : lookingAround(avatar, tick);
}

/** Seats without gaps, as a world has them, are found at once. */
function avatarOf({ avatars }: Sight, seat: number): Avatar | undefined {
  const guess = avatars[seat];
  return guess?.seat === seat ? guess : avatars.find((avatar) => avatar.seat === seat);
}

/** Where it wants to go, as steps from each cell. */
function goalOf({ layout, clews }: Sight, cell: number, temper: Temper): Distances {
  if (temper.mood === 'lost') return distancesToLandmark(layout, temper.landmark);
  const toClews = distancesToClews(layout, clews);
  return toClews[cell]! <= temper.greed ? toClews : distancesToExit(layout);
}

function climbing(avatar: Avatar, up: boolean): Hands {
  return { forward: 0, strafe: 0, heading: avatar.heading, buttons: up ? CLIMB_UP : CLIMB_DOWN };
}

function lookingAround(avatar: Avatar, tick: number): Hands {
  const side = ((tick + avatar.seat * 5) / LOOKING_TICKS) & 1 ? 1 : -1;
  return restingHands((avatar.heading + side * LOOKING_TURN) & (FULL_TURN - 1));
}

/** Turns towards a point and goes there, slanting while the turn is not done. */
function walking(avatar: Avatar, { x, y }: Point, temper: Temper): Hands {
  const wanted = headingOf(x + temper.sway - avatar.x, y + temper.sway - avatar.y);
  const turn = clamp(turnBetween(avatar.heading, wanted), -TURN_MAX, TURN_MAX);
  const heading = (avatar.heading + turn) & (FULL_TURN - 1);
  const rest = turnBetween(heading, wanted);
  if (magnitude(rest) > WALKING_TURN_MAX) return restingHands(heading);
  return {
    forward: nearest((temper.pace * cosine(rest)) / SINE_ONE),
    strafe: nearest((temper.pace * sine(rest)) / SINE_ONE),
    heading,
    buttons: temper.sprints && magnitude(rest) < SPRINTING_TURN_MAX ? SPRINT : 0,
  };
}
