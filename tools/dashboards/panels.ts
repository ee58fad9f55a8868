/** Panels that dashboards have many of. */
import type { PanelDescription } from './board.ts';

/** One line for each process. */
export function perProcess(title: string, about: string, unit: string, expr: string): PanelDescription {
  return { title, about, unit, queries: [{ expr, legend: '{{service_instance_id}}' }] };
}

/** Events a second, a line for each expression. */
export function rates(
  title: string,
  about: string,
  lines: readonly (readonly [expr: string, legend: string])[],
): PanelDescription {
  return { title, about, unit: 'ops', queries: lines.map(([expr, legend]) => ({ expr, legend })) };
}

/** Median and 99th percentile of a histogram, over all processes. */
export function latency(title: string, about: string, buckets: string): PanelDescription {
  const quantile = (part: number) => `histogram_quantile(${part}, sum by (le) (rate(${buckets}[1m])))`;
  return {
    ...{ title, about, unit: 's' },
    queries: [
      { expr: quantile(0.5), legend: 'p50' },
      { expr: quantile(0.99), legend: 'p99' },
    ],
  };
}

/** One number. */
export function stat(title: string, about: string, unit: string, expr: string): PanelDescription {
  return { title, about, unit, kind: 'stat', queries: [{ expr, legend: '' }] };
}
