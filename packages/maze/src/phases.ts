import { FLAG_OUT } from './avatar.ts';
import { noGlow } from './clew.ts';
import { smaller } from './integer.ts';
import { seenTick } from './lag.ts';
import { cellAt } from './layout.ts';
import { Phase } from './level.ts';
import { isOnLadder } from './movement.ts';
import { isPlayed } from './seats.ts';
import { beginLevel, type World } from './world.ts';

/**
 * The course of a match:
 *
 *     STARTING → CLIMBING → SCORING → STARTING of the next level … → FINISHED
 *
 * Each but the last ends in a tick that is known beforehand; climbing may end earlier. Nobody waits for bots: while
 * players play, only they count for the end of a level. Where none does, the bots do.
 */

/** Points by place of arrival; whoever comes later gets the last. Those who do not come get none. */
const ARRIVAL_POINTS = [10, 8, 6, 5, 4, 3, 2, 1];

/** If the phase ends in this tick, the next one begins. */
export function beginPhase(world: World): void {
  const { level, rules, tick } = world;
  if (level.phase === Phase.FINISHED || tick < level.phaseEndTick) return;
  if (level.phase === Phase.STARTING) {
    world.level = { ...level, phase: Phase.CLIMBING, phaseEndTick: tick + rules.climbingTicksMax };
  } else if (level.phase === Phase.CLIMBING) {
    beginScoring(world);
  } else if (level.number < level.levels) {
    beginLevel(world, level.number + 1);
    for (const figure of world.avatars) figure.flags &= ~FLAG_OUT;
  } else {
    world.level = { ...level, phase: Phase.FINISHED, phaseEndTick: 0 };
  }
}

/**
 * Whoever reached the exit in this tick is out, behind all whom he can have seen arrive. Who comes in the same tick, or before
 * the other could see it, shares the place and its points.
 */
export function noteArrivals(world: World): void {
  const { layout, avatars, arrivals, tick } = world;
  for (const figure of avatars) {
    if (figure.arrival > 0 || isOnLadder(figure)) continue;
    if (cellAt(layout, figure.x, figure.y, figure.z) !== layout.exit) continue;
    const seen = seenTick(figure, tick);
    const unseen = avatars.filter((other) => other.arrivalTick > seen && other.arrivalTick < tick).length;
    const place = arrivals + 1 - unseen;
    figure.arrival = place;
    figure.arrivalTick = tick;
    figure.points += ARRIVAL_POINTS[smaller(place, ARRIVAL_POINTS.length) - 1]!;
    figure.glow = noGlow;
    world.arrivals++;
  }
}

/** Climbing ends when all are out, and soon after the first one is. */
export function endClimbing(world: World): void {
  const { level, rules, tick } = world;
  const players = world.avatars.filter((figure) => isPlayed(figure, tick));
  const counting = players.length > 0 ? players : world.avatars;
  const out = counting.filter((figure) => figure.arrival > 0).length;
  if (out === counting.length) {
    beginScoring(world);
  } else if (out > 0 && tick + rules.afterArrivalTicks < level.phaseEndTick) {
    world.level = { ...level, phaseEndTick: tick + rules.afterArrivalTicks };
  }
}

function beginScoring(world: World): void {
  world.level = { ...world.level, phase: Phase.SCORING, phaseEndTick: world.tick + world.rules.scoringTicks };
}
