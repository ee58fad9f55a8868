/** What the page tells, as data: `--json` prints it as it is. Pure. */
import type { StreamReport } from '@clew/service-kit/operator-acts';
import { type Checkup, everywhere, grew, meanSeconds, type Patient, sessionsOf, sumOf } from './checkup.ts';
import { type Finding, findingsOf } from './findings.ts';

/** Null: nobody tells. */
type Known = number | null;

export interface ProcessSummary {
  readonly name: string;
  readonly service: string;
  readonly ready: boolean;
  readonly uptimeSeconds: Known;
  /** How the process before it ended. */
  readonly start: string | null;
  readonly heapAfterGcBytes: Known;
  readonly externalBytes: Known;
  readonly residentBytes: Known;
  /** Memory in use as a share of the limit that is nearest. */
  readonly pressure: Known;
  readonly loopDelayP99Seconds: Known;
  /** Of one core, between the readings. */
  readonly cpuShare: Known;
}

export interface CollectionSummary {
  readonly process: string;
  readonly collection: string;
  readonly size: number;
  readonly bound: number;
  readonly orphans: number;
  /** Between the readings. */
  readonly growth: number;
}

export interface Summary {
  readonly versions: {
    readonly clew: readonly string[];
    readonly node: readonly string[];
    readonly redis: string | null;
  };
  readonly seconds: number;
  readonly processes: readonly ProcessSummary[];
  readonly unreachable: readonly string[];
  readonly sessions: {
    readonly leases: Known;
    readonly streams: Known;
    readonly seated: Known;
    readonly seats: Readonly<Record<string, number>>;
    readonly framesPerSecond: number;
  };
  /** The largest, and all with orphans. */
  readonly collections: readonly CollectionSummary[];
  /** The oldest; null where no token was shown that an edge takes. */
  readonly oldestStreams: readonly (StreamReport & { readonly process: string })[] | null;
  readonly redis: {
    readonly connections: { readonly standing: number; readonly wanted: number };
    readonly usedBytes: Known;
    readonly limitBytes: Known;
    readonly keys: Known;
    readonly clients: Known;
    readonly keysSampled: Known;
    readonly keysWithoutTtl: Known;
    /** Of commands between the readings. */
    readonly meanSeconds: Known;
    readonly errors: number;
  };
  readonly findings: readonly Finding[];
}

const collectionsMax = 6;
const streamsMax = 5;

export function summaryOf(checkup: Checkup): Summary {
  const { patients, seconds, unreachable } = checkup;
  const last = (name: string) => everywhere(checkup, name).at(-1) ?? null;
  const total = (name: string) => sumOrNull(everywhere(checkup, name));
  const connected = everywhere(checkup, 'clew_redis_connected');
  return {
    versions: {
      clew: [...new Set(patients.map(({ now }) => now.versions.clew))],
      node: [...new Set(patients.map(({ now }) => now.versions.node))],
      redis: patients.flatMap(({ now }) => now.series.samples('clew_redis_server'))[0]?.labels.version ?? null,
    },
    seconds,
    processes: patients.map((patient) => processSummary(patient, seconds)),
    unreachable,
    sessions: {
      leases: sessionsOf(checkup) ?? null,
      streams: total('clew_edge_streams'),
      seated: total('clew_edge_streams_seated'),
      seats: seatsOf(patients),
      framesPerSecond: Math.round(sumOf(patients.map((one) => grew(one, 'clew_edge_frames_total'))) / seconds),
    },
    collections: largest(patients.flatMap(collectionSummaries)),
    oldestStreams: oldestStreams(patients),
    redis: {
      connections: { standing: sumOf(connected), wanted: connected.length },
      usedBytes: last('clew_redis_memory_used_bytes'),
      limitBytes: last('clew_redis_memory_limit_bytes'),
      keys: last('clew_redis_keys'),
      clients: last('clew_redis_clients'),
      keysSampled: total('clew_redis_keys_sampled_total'),
      keysWithoutTtl: total('clew_redis_keys_without_ttl_total'),
      meanSeconds: meanSeconds(patients, 'db_client_operation_duration_seconds') ?? null,
      errors: sumOf(patients.map((one) => grew(one, 'clew_redis_errors_total'))),
    },
    findings: findingsOf(checkup),
  };
}

const sumOrNull = (values: readonly number[]) => (values.length === 0 ? null : sumOf(values));

function processSummary(patient: Patient, seconds: number): ProcessSummary {
  const { name, service, ready, series } = patient.now;
  const told = (metric: string) => series.sum(metric) ?? null;
  return {
    name,
    service,
    ready,
    uptimeSeconds: told('process_uptime_seconds'),
    start: series.samples('clew_process_start')[0]?.labels.kind ?? null,
    heapAfterGcBytes: told('clew_memory_heap_after_gc_bytes'),
    externalBytes: told('clew_memory_external_bytes'),
    residentBytes: told('process_memory_usage_bytes'),
    pressure: told('clew_memory_pressure_ratio'),
    loopDelayP99Seconds: told('nodejs_eventloop_delay_p99_seconds'),
    cpuShare: told('process_cpu_time_seconds_total') && grew(patient, 'process_cpu_time_seconds_total') / seconds,
  };
}

function seatsOf(patients: readonly Patient[]): Record<string, number> {
  const seats: Record<string, number> = {};
  for (const { labels, value } of patients.flatMap(({ now }) => now.series.samples('clew_simulation_seats'))) {
    const { state = '' } = labels;
    seats[state] = (seats[state] ?? 0) + value;
  }
  return seats;
}

function collectionSummaries({ before, now }: Patient): CollectionSummary[] {
  return now.series.samples('clew_collection_size').map(({ labels: { collection = '' }, value: size }) => ({
    process: now.name,
    collection,
    size,
    bound: now.series.sum('clew_collection_bound', { collection }) ?? 0,
    orphans: now.series.sum('clew_collection_orphans', { collection }) ?? 0,
    growth: size - (before.series.sum('clew_collection_size', { collection }) ?? 0),
  }));
}

function largest(all: readonly CollectionSummary[]): CollectionSummary[] {
  const bySize = all.filter(({ size }) => size > 0).sort((one, other) => other.size - one.size);
  return bySize.filter(({ orphans }, index) => index < collectionsMax || orphans > 0);
}

function oldestStreams(patients: readonly Patient[]) {
  const edges = patients.flatMap(({ now }) => (now.service === 'edge' && now.streams ? [now] : []));
  if (edges.length === 0) return null;
  const all = edges.flatMap(({ name, streams = [] }) => streams.map((stream) => ({ process: name, ...stream })));
  return all.sort((one, other) => other.ageSeconds - one.ageSeconds).slice(0, streamsMax);
}
