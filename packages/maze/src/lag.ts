import { larger } from './integer.ts';
import { driverOf } from './seats.ts';
import type { Figure } from './world.ts';

/**
 * Lag compensation, where players compete for a thing: a clew, a place in the order of arrival.
 *
 * A player acts on what he sees, and what he sees is some ticks old; how many, his inputs tell. Two players who both
 * see themselves first can both be right, each on his own screen, and neither is robbed: whoever touches a clew that he
 * could not have seen taken has it as well, and whoever comes to the exit is not placed behind those whom he could not have
 * seen arrive. What is needed to look back is part of the world, and nobody can look back further than LAG_TICKS_MAX.
 */

/** The newest tick that the player of a figure can have seen when he did what happens at `tick`; bots see everything. */
export function seenTick(figure: Figure, tick: number): number {
  const lag = driverOf(figure, tick) === 'player' ? figure.lagTicks : 0;
  return tick - larger(1, lag);
}
