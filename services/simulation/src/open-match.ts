import { Phase } from '@clew/maze';
import type { Match } from './match.ts';

/**
 * Whether it makes sense to drop in to a match: it has a free seat, and a level to come or half of the last one ahead.
 */
export function isOpen(match: Match): boolean {
  if (match.state.kind !== 'running' || match.seating.free === 0) return false;
  const { level, rules, tick } = match.world;
  if (level.number < level.levels || level.phase === Phase.STARTING) return true;
  return level.phase === Phase.CLIMBING && (level.phaseEndTick - tick) * 2 >= rules.climbingTicksMax;
}
