import Table from 'cli-table3';
import { colors } from '../colors.ts';

/** One figure of `npm run outage`, as issue and bars name it. */
export interface OutageFigure {
  readonly figure: string;
  /** Null: it did not happen in time. */
  readonly value: number | boolean | null;
  readonly unit: string;
  /** What it must not be above, or must be. */
  readonly bar: number | boolean;
}

export function keepsBar({ value, bar }: OutageFigure): boolean {
  if (value === null) return false;
  return typeof bar === 'number' ? Number(value) <= bar : value === bar;
}

/** A figure as one line of `--json`. */
export function jsonLine(figure: OutageFigure): string {
  return JSON.stringify({ ...figure, kept: keepsBar(figure) });
}

export function figuresTable(figures: readonly OutageFigure[]): string {
  const table = new Table({ head: ['figure', 'value', 'unit', 'bar', ''], style: { head: [], border: [] } });
  for (const figure of figures) {
    const { value, unit, bar } = figure;
    const verdict = keepsBar(figure) ? colors.green('✔') : colors.red('✖');
    table.push([
      figure.figure,
      String(value ?? 'not in time'),
      unit,
      typeof bar === 'number' ? `≤ ${bar}` : String(bar),
      verdict,
    ]);
  }
  return table.toString();
}
