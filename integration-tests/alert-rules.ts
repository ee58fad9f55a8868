/** What deploy/ says: the rules of Prometheus, and the metrics that rules and dashboards name. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../tools/setup.mjs';

export const deployFolder = join(root, 'deploy');

export interface Rule {
  readonly expr: string;
  readonly record?: string;
  readonly alert?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export type Alert = Required<Omit<Rule, 'record'>>;

export function readRules(): Rule[] {
  return globSync('prometheus/rules/*.yml', { cwd: deployFolder }).flatMap((file) => {
    const { groups } = parse(readFileSync(join(deployFolder, file), 'utf8'), { merge: true }) as {
      groups: { rules: Rule[] }[];
    };
    return groups.flatMap(({ rules }) => rules);
  });
}

export function alertsOf(rules: readonly Rule[]): Alert[] {
  return rules.flatMap(({ alert, expr, labels = {}, annotations = {} }) =>
    alert === undefined ? [] : [{ alert, expr, labels, annotations }],
  );
}

/** Names of metrics in an expression of PromQL: of ours, of the libraries', of Prometheus' and Alertmanager's own. */
export function metricsIn(expr: string): string[] {
  const withoutStrings = expr.replace(/"[^"]*"/g, '""');
  const withoutLabels = withoutStrings
    .replace(/\{[^}]*\}/g, '')
    .replace(/\b(by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)/g, '');
  return [
    ...new Set(
      withoutLabels.match(/\b(clew|process|db|nodejs|v8js|prometheus|alertmanager|target)[_:][a-z0-9_:]+/g) ?? [],
    ),
  ];
}
