import Table from 'cli-table3';
import pico from 'picocolors';
import { type Figure, keepsBars } from './area.ts';

/** A figure as one line of `--json`. */
export function jsonLine(figure: Figure): string {
  const kept = keepsBars(figure);
  return JSON.stringify({ ...figure, ...(kept === undefined ? {} : { kept }) });
}

/** Figures as a table. */
export function figuresTable(figures: readonly Figure[]): string {
  const table = new Table({
    head: ['figure', 'value', 'unit', 'bar', ''],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'left', 'right', 'left'],
  });
  for (const figure of figures) {
    const { max, min } = figure;
    const bar = max !== undefined ? `≤ ${max}` : min !== undefined ? `≥ ${min}` : '';
    const kept = keepsBars(figure);
    const verdict = kept === undefined ? '' : kept ? pico.green('✔') : pico.red('✖');
    table.push([figure.figure, figure.value, figure.unit, bar, verdict]);
  }
  return table.toString();
}
