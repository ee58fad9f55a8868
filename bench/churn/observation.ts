import type { Redis } from 'ioredis';
import type { Service } from '../../tools/start/stack.ts';
import { census } from './census.ts';
import { PER_METHOD, probe } from './probe/report.ts';

export type Counts = Readonly<Record<string, number>>;

/** Everything that could be left behind by a session, counted: in the processes, and in Redis. */
export interface Observation {
  /** `edge-1 sockets`, `edge-1 collection edge.players`, `redis keys clew:{s*}:session:*`… */
  readonly counts: Counts;
  readonly heapBytes: Counts;
  readonly rssBytes: Counts;
}

interface Status {
  readonly counters: Readonly<Record<string, number>>;
  readonly collections: readonly { readonly name: string; readonly size: number; readonly orphans: number }[];
}

export async function statusOf(service: Service): Promise<Status> {
  return (await fetch(`${service.opsUrl}/statusz`, { headers: { connection: 'close' } })).json() as Promise<Status>;
}

/** What registered collections and Redis say; costs next to nothing. */
export async function glance(services: readonly Service[], redis: Redis): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [index, { collections }] of (await Promise.all(services.map(statusOf))).entries()) {
    const { name: service } = services[index]!;
    for (const { name, size, orphans } of collections) {
      counts[`${service} collection ${name}`] = size;
      counts[`${service} orphans of ${name}`] = orphans;
    }
  }
  const { keys, entries, withoutTtl } = await census(redis);
  for (const [pattern, count] of Object.entries(keys)) counts[`redis keys ${pattern}`] = count;
  for (const [pattern, count] of Object.entries(entries)) counts[`redis entries ${pattern}`] = count;
  counts['redis keys without TTL'] = withoutTtl.length;
  return counts;
}

/** All of it: every process is stopped for a walk through its heap. `socketOf` tells where a service's probe answers. */
export async function observe(
  services: readonly Service[],
  socketOf: (name: string) => string,
  redis: Redis,
): Promise<Observation> {
  const counts = await glance(services, redis);
  const heapBytes: Record<string, number> = {};
  const rssBytes: Record<string, number> = {};
  for (const { name } of services) {
    const report = await probe(socketOf(name));
    for (const [kind, count] of Object.entries(report.objects)) {
      if (!kind.endsWith(PER_METHOD)) counts[`${name} ${kind}`] = count;
    }
    for (const [kind, count] of Object.entries(report.handles)) counts[`${name} handles ${kind}`] = count;
    heapBytes[name] = report.heapBytes;
    rssBytes[name] = report.rssBytes;
  }
  return { counts, heapBytes, rssBytes };
}

/**
 * The lower of each: counts breathe (a timer that just runs, a call that is just under way), what is left behind does not
 * go away. What one of the two has not seen is 0.
 */
export function lower(a: Observation, b: Observation): Observation {
  return {
    counts: least(a.counts, b.counts),
    heapBytes: least(a.heapBytes, b.heapBytes),
    rssBytes: least(a.rssBytes, b.rssBytes),
  };
}

/**
 * What there usually is, of an odd number of looks: the median of each count. The lowest may be a moment that does not come
 * back (all timers just fired), the highest one in which something was under way. Of memory it is the lowest, as elsewhere.
 */
export function usual(looks: readonly Observation[]): Observation {
  const names = new Set(looks.flatMap(({ counts }) => Object.keys(counts)));
  const median = (name: string) =>
    looks.map(({ counts }) => counts[name] ?? 0).sort((a, b) => a - b)[(looks.length - 1) >> 1]!;
  return { ...looks.reduce(lower), counts: Object.fromEntries([...names].map((name) => [name, median(name)])) };
}

function least(a: Counts, b: Counts): Counts {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, Math.min(a[name] ?? 0, b[name] ?? 0)]));
}

/** What there is more of than at the baseline. */
export function leftBehind(now: Counts, baseline: Counts): { name: string; before: number; after: number }[] {
  return Object.entries(now)
    .map(([name, after]) => ({ name, before: baseline[name] ?? 0, after }))
    .filter(({ before, after }) => after > before);
}
