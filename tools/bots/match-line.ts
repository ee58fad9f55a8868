import type { Match } from '@clew/client';
import { Phase, ranking, TICK_RATE } from '@clew/maze';

/** One match, for people. */
export interface MatchLine {
  readonly matchId: string;
  /** Bots of ours in it. */
  readonly players: number;
  readonly level: string;
  readonly phase: string;
  readonly leader: string;
}

const phases: Readonly<Record<number, string>> = {
  [Phase.STARTING]: 'starting',
  [Phase.CLIMBING]: 'climbing',
  [Phase.SCORING]: 'scoring',
  [Phase.FINISHED]: 'finished',
};

export function lineOf({ matchId, view }: Match, players: number): MatchLine {
  if (view === undefined) return { matchId, players, level: '', phase: '', leader: '' };
  const { number, levels, phase, phaseEndTick } = view.level;
  const left = phaseEndTick === 0 ? '' : ` ${Math.max(0, Math.ceil((phaseEndTick - view.tick) / TICK_RATE))} s`;
  const [best] = ranking(view);
  return {
    matchId,
    players,
    level: `${number}/${levels}`,
    phase: `${phases[phase] ?? ''}${left}`,
    leader: best === undefined ? '' : `${best.displayName} (${best.points})`,
  };
}
