import Table from 'cli-table3';
import pico from 'picocolors';
import { type Figures, rowsOf } from './figures.ts';
import type { MatchLine } from './match-line.ts';

/** Matches shown; of more, how many there are. */
const MATCHES_MAX = 12;

const plain = {
  chars: {
    ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
    ...{
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
  },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
};

/** Figures as a table. */
export function figuresTable(figures: Figures): string {
  const table = new Table(plain);
  for (const [name, value] of rowsOf(figures)) table.push([pico.dim(name), value]);
  return table.toString();
}

/** Figures, and the matches under way. */
export function liveTable(figures: Figures, matches: readonly MatchLine[]): string {
  const table = new Table({
    ...plain,
    head: ['match', 'bots', 'level', 'phase', 'ahead'].map((head) => pico.dim(head)),
  });
  for (const { matchId, players, level, phase, leader } of matches.slice(0, MATCHES_MAX)) {
    table.push([matchId.slice(0, 12), players, level, phase, leader]);
  }
  const more = matches.length > MATCHES_MAX ? `\n${pico.dim(`and ${matches.length - MATCHES_MAX} more`)}` : '';
  const under = matches.length > 0 ? `\n\n${table.toString()}${more}` : '';
  return `${pico.bold(`${Math.round(figures.seconds)} s`)}\n${figuresTable(figures)}${under}`;
}
