/** What is measured has a row in docs/telemetry.md: alerts, dashboards and operators go by it. */
import { metricOfCounter } from '../../packages/service-kit/src/telemetry/own-metrics.ts';
import { isForTests } from './imports.ts';
import { at, type Repository, walk } from './repository.ts';

const PAGE = 'docs/telemetry.md';
/** Counters and collections: `edge.frames`, `edge.refused.not_found`. */
const OWN_NAME = /^(session|matchmaking|simulation|edge)\.[a-zA-Z_]+(\.[a-z_]+)?$/;

/** Counters, collections and metrics that services and service-kit name and the page does not. */
export function toldMetrics({ sources, texts }: Repository): string[] {
  const page = texts.get(PAGE) ?? '';
  const isTold = (name: string) => page.includes(`\`${name}\``);
  return sources
    .filter((file) => !isForTests(file) && (file.area.startsWith('services/') || file.area === 'packages/service-kit'))
    .flatMap((file) =>
      [...walk(file.syntax)].flatMap((node) => {
        const { value } = node;
        if (node.type !== 'Literal' || typeof value !== 'string') return [];
        if (OWN_NAME.test(value)) {
          const counter = `${metricOfCounter(value).name.replaceAll('.', '_')}_total`;
          return isTold(value) || isTold(counter)
            ? []
            : [at(file, node, `${PAGE} has no row for ${counter} or ${value}`)];
        }
        if (!/^clew\.[a-z_.]+$/.test(value)) return [];
        const metric = value.replaceAll('.', '_');
        return page.includes(`\`${metric}`) ? [] : [at(file, node, `${PAGE} has no row for ${metric}`)];
      }),
    );
}
