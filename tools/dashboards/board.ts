/** A dashboard of Grafana from a short description, by Grafana's own builder library. */
import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

export interface Query {
  readonly expr: string;
  /** What a line is called: words, and labels in double braces. */
  readonly legend: string;
}

export interface PanelDescription {
  readonly title: string;
  /** What one sees in it, and what is unusual. */
  readonly about: string;
  /** A unit of Grafana's: "bytes", "s", "short", "percentunit", "ops". */
  readonly unit: string;
  /** One number instead of lines. */
  readonly kind?: 'stat';
  readonly queries: readonly Query[];
}

export interface BoardDescription {
  /** Name of its file, and its address in Grafana. */
  readonly name: string;
  readonly title: string;
  readonly rows: readonly { readonly title: string; readonly panels: readonly PanelDescription[] }[];
}

const datasource = { type: 'prometheus', uid: 'prometheus' };
/** Of the 24 columns of a dashboard. */
const SPANS = { stat: 6, lines: 12 } as const;
const HEIGHTS = { stat: 4, lines: 8 } as const;

export function buildBoard({ name, title, rows }: BoardDescription): unknown {
  const board = new DashboardBuilder(`Clew: ${title}`)
    .uid(`clew-${name}`)
    .tags(['clew'])
    .time({ from: 'now-30m', to: 'now' })
    .refresh('10s')
    .timezone('browser');
  for (const { title: rowTitle, panels } of rows) {
    board.withRow(new RowBuilder(rowTitle));
    for (const panel of panels) board.withPanel(panel.kind === 'stat' ? statPanel(panel) : linesPanel(panel));
  }
  return board.build();
}

function queryOf({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(String.fromCharCode(65 + index))
    .expr(expr)
    .legendFormat(legend)
    .datasource(datasource);
}

function linesPanel({ title, about, unit, queries }: PanelDescription): TimeseriesBuilder {
  const panel = new TimeseriesBuilder()
    .title(title)
    .description(about)
    .unit(unit)
    .datasource(datasource)
    .span(SPANS.lines)
    .height(HEIGHTS.lines)
    .lineWidth(2)
    .fillOpacity(5)
    .min(0);
  for (const [index, query] of queries.entries()) panel.withTarget(queryOf(query, index));
  return panel;
}

function statPanel({ title, about, unit, queries }: PanelDescription): StatBuilder {
  const panel = new StatBuilder()
    .title(title)
    .description(about)
    .unit(unit)
    .datasource(datasource)
    .span(SPANS.stat)
    .height(HEIGHTS.stat);
  for (const [index, query] of queries.entries()) panel.withTarget(queryOf(query, index));
  return panel;
}
