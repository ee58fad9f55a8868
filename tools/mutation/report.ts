import { relative } from 'node:path/posix';
import type { Figure } from '../../bench/area.ts';
import { colors } from '../colors.ts';
import type { Excuse } from './excusing.ts';
import { type Mutant, titleOf } from './mutant.ts';
import type { Verdict } from './trial.ts';

export interface Counts {
  readonly killed: number;
  readonly excused: number;
  readonly survived: number;
}

/** One line as soon as it is known. */
export function verdictLine(verdict: Verdict, seconds: number): string {
  const title = titleOf(verdict.mutant);
  const time = `(${seconds.toFixed(1)} s)`;
  if (verdict.kind === 'killed') {
    const { file, test, hangs } = verdict.killer;
    const how = hangs ? 'hangs' : 'fails';
    const name = relative(verdict.mutant.path.split('/').slice(0, 2).join('/'), file);
    return `${colors.green('✔')} ${title}\n    ${name} ${how}${test === undefined ? '' : `: ${test}`} ${time}`;
  }
  const tests = verdict.tests.length === 0 ? 'no test reaches it' : `${verdict.tests.length} test files pass`;
  return `${colors.red('✖')} ${title}\n    survived: ${tests} ${time}`;
}

export function excusedLine(mutant: Mutant, { reason }: Excuse): string {
  return `${colors.dim('–')} ${titleOf(mutant)}\n    excused: ${reason}`;
}

export function summaryLine({ killed, excused, survived }: Counts, seconds: number): string {
  const total = killed + excused + survived;
  return `${total} mutants: ${killed} killed, ${excused} excused, ${survived} survived, in ${Math.round(seconds)} s`;
}

export function figuresOf({ killed, excused, survived }: Counts, seconds: number): Figure[] {
  const tried = killed + survived;
  return [
    { figure: 'churn.mutants_killed_ratio', value: tried === 0 ? 1 : killed / tried, unit: '1', min: 1 },
    { figure: 'churn.mutants_killed', value: killed, unit: '1' },
    { figure: 'churn.mutants_excused', value: excused, unit: '1' },
    { figure: 'churn.mutants_survived', value: survived, unit: '1' },
    { figure: 'churn.mutants', value: tried + excused, unit: '1' },
    { figure: 'churn.mutants_seconds', value: Math.round(seconds), unit: 's', max: 900 },
  ];
}
