import type { Collections } from '../collections.ts';
import type { Counters } from '../counters.ts';
import type { Instruments, Point } from './instruments.ts';

/** Registered collections (M6) by name. */
export function measureCollections(instruments: Instruments, collections: Collections): void {
  const gauge = (of: 'size' | 'bound' | 'orphans', description: string) =>
    instruments.gauge({ name: `clew.collection.${of}`, unit: '{entry}', description }, () =>
      collections.report().map((report) => ({ value: report[of], attributes: { collection: report.name } })),
    );
  gauge('size', 'Entries of a registered collection.');
  gauge('bound', 'Most entries that a registered collection may have.');
  gauge('orphans', 'Entries whose socket is closed or whose lease was denied: what a leak looks like.');
}

/**
 * Every counter under its own name: `edge.frames` is `clew.edge.frames`. Those of three words are one metric, told apart by
 * the last: `edge.refused.not_found` is `clew.edge.refused` with kind `not_found`.
 */
export function measureCounters(instruments: Instruments, counters: Counters): void {
  const families = Map.groupBy(Object.keys(counters.report()), (name) => metricOfCounter(name).name);
  for (const [name, members] of families) {
    const points = (): Point[] =>
      members.map((member) => {
        const { kind } = metricOfCounter(member);
        return { value: counters.get(member), attributes: kind === undefined ? {} : { kind } };
      });
    const [first = ''] = members;
    const counted = members.length === 1 ? first : `${first.split('.').slice(0, 2).join('.')}.*`;
    instruments.counter({ name, unit: '1', description: `Counter ${counted}; docs/telemetry.md says what.` }, points);
  }
}

/** The metric that tells a counter, and which of its series. */
export function metricOfCounter(counter: string): { readonly name: string; readonly kind: string | undefined } {
  const words = counter.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).split('.');
  return { name: `clew.${words.slice(0, 2).join('.')}`, kind: words[2] };
}
