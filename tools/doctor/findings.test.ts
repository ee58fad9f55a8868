import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { root } from '../setup.mjs';
import type { Checkup } from './checkup.ts';
import type { Examination } from './examination.ts';
import { type Finding, findingsOf } from './findings.ts';
import { Series } from './series.ts';

const look = (name: string, text: string, rest: Partial<Examination> = {}): Examination => ({
  opsUrl: `http://${name}:9464`,
  name,
  service: name.replace(/-\d+$/, ''),
  versions: { clew: '1.0.0', node: '26.0.0' },
  ready: true,
  series: Series.parse(text),
  streams: undefined,
  ...rest,
});

/** One process, which told this first and that after some seconds. */
function checkup(name: string, before: string, now = before, seconds = 3): Checkup {
  return { patients: [{ before: look(name, before), now: look(name, now) }], unreachable: [], seconds };
}

const sectionsOf = (one: Checkup) => findingsOf(one).map(({ section }) => section);

/** What it takes to find each thing, and what is nearly it. */
const cases: readonly [section: string, ill: Checkup, well: Checkup][] = [
  [
    'CollectionOrphans',
    checkup(
      'edge-1',
      'clew_collection_size{collection="edge.players"} 9\nclew_collection_orphans{collection="edge.players"} 2',
    ),
    checkup(
      'edge-1',
      'clew_collection_size{collection="edge.players"} 9\nclew_collection_orphans{collection="edge.players"} 0',
      'clew_collection_size{collection="edge.players"} 9\nclew_collection_orphans{collection="edge.players"} 2',
    ),
  ],
  [
    'CollectionUnexplained',
    checkup('edge-1', 'clew_session_leases 100\nclew_collection_size{collection="edge.players"} 171'),
    checkup('edge-1', 'clew_session_leases 100\nclew_collection_size{collection="edge.players"} 170'),
  ],
  [
    'CollectionNearBound',
    checkup(
      'edge-1',
      'clew_collection_size{collection="edge.sinks"} 91\nclew_collection_bound{collection="edge.sinks"} 100',
    ),
    checkup(
      'edge-1',
      'clew_collection_size{collection="edge.refused_addresses"} 99\nclew_collection_bound{collection="edge.refused_addresses"} 100',
    ),
  ],
  [
    'MemoryGrows',
    checkup(
      'edge-1',
      'process_uptime_seconds 100\nclew_memory_heap_after_gc_bytes 20000000\nclew_memory_heap_limit_bytes 1e9',
      'process_uptime_seconds 130\nclew_memory_heap_after_gc_bytes 50000000\nclew_memory_heap_limit_bytes 1e9',
      30,
    ),
    checkup(
      'edge-1',
      'process_uptime_seconds 100\nclew_session_leases 0\nclew_memory_heap_after_gc_bytes 20000000\nclew_memory_heap_limit_bytes 1e9',
      'process_uptime_seconds 130\nclew_session_leases 200\nclew_memory_heap_after_gc_bytes 50000000\nclew_memory_heap_limit_bytes 1e9',
      30,
    ),
  ],
  [
    'MemoryNearLimit',
    checkup('edge-1', 'clew_memory_heap_after_gc_bytes 81\nclew_memory_heap_limit_bytes 100'),
    checkup('edge-1', 'clew_memory_heap_after_gc_bytes 79\nclew_memory_heap_limit_bytes 100'),
  ],
  [
    'UncleanRestart',
    checkup('edge-1', 'clew_process_start{kind="unclean"} 1\nprocess_uptime_seconds 60'),
    checkup('edge-1', 'clew_process_start{kind="unclean"} 1\nprocess_uptime_seconds 7200'),
  ],
  [
    'SweeperSilent',
    checkup('session-1', 'clew_session_leases 0\nclew_session_sweep_age_seconds 6'),
    checkup('session-1', 'clew_session_leases 0\nclew_session_sweep_age_seconds 4'),
  ],
  [
    'ExpiryLags',
    checkup('session-1', 'clew_session_leases 1\nclew_session_expiry_lag_seconds 46'),
    checkup('session-1', 'clew_session_leases 1\nclew_session_expiry_lag_seconds 44'),
  ],
  [
    'RedisDown',
    checkup('session-1', 'clew_redis_connected 0\nclew_session_leases 1'),
    checkup('session-1', 'clew_redis_connected 1\nclew_session_leases 1'),
  ],
  ['RedisDown', checkup('session-1', 'clew_redis_connected 1'), checkup('edge-1', '')],
  [
    'RedisFull',
    checkup('session-1', 'clew_session_leases 1\nclew_redis_memory_used_bytes 81\nclew_redis_memory_limit_bytes 100'),
    checkup('session-1', 'clew_session_leases 1\nclew_redis_memory_used_bytes 79\nclew_redis_memory_limit_bytes 100'),
  ],
  [
    'RedisSlow',
    checkup(
      'matchmaking-1',
      'db_client_operation_duration_seconds_count 0\ndb_client_operation_duration_seconds_bucket{le="0.25"} 0',
      'db_client_operation_duration_seconds_count 10\ndb_client_operation_duration_seconds_bucket{le="0.25"} 9',
    ),
    checkup(
      'matchmaking-1',
      'db_client_operation_duration_seconds_count 10\ndb_client_operation_duration_seconds_bucket{le="0.25"} 0',
      'db_client_operation_duration_seconds_count 20\ndb_client_operation_duration_seconds_bucket{le="0.25"} 10',
    ),
  ],
  [
    'RedisKeysWithoutTtl',
    checkup('matchmaking-1', 'clew_redis_keys_sampled_total 100\nclew_redis_keys_without_ttl_total 2'),
    checkup('matchmaking-1', 'clew_redis_keys_sampled_total 100\nclew_redis_keys_without_ttl_total 1'),
  ],
  [
    'QueueStarving',
    checkup('matchmaking-1', 'clew_matchmaking_queue_longest_wait_seconds 16'),
    checkup('matchmaking-1', 'clew_matchmaking_queue_longest_wait_seconds 14'),
  ],
  [
    'NoSimulations',
    checkup('matchmaking-1', 'clew_matchmaking_simulations 0'),
    checkup('matchmaking-1', 'clew_matchmaking_simulations 1'),
  ],
  [
    'SignInFailing',
    checkup('edge-1', 'clew_edge_refused_total{kind="unavailable"} 4', 'clew_edge_refused_total{kind="unavailable"} 7'),
    checkup('edge-1', 'clew_edge_refused_total{kind="not_found"} 4', 'clew_edge_refused_total{kind="not_found"} 7'),
  ],
  [
    'NoFrames',
    checkup('edge-1', 'clew_edge_streams_seated 3\nclew_edge_frames_total 5'),
    checkup(
      'edge-1',
      'clew_edge_streams_seated 3\nclew_edge_frames_total 5',
      'clew_edge_streams_seated 3\nclew_edge_frames_total 6',
    ),
  ],
  [
    'TicksLate',
    checkup(
      'simulation-1',
      'clew_simulation_tick_lateness_seconds_count 0',
      'clew_simulation_tick_lateness_seconds_count 100\nclew_simulation_tick_lateness_seconds_bucket{le="0.05"} 94',
    ),
    checkup(
      'simulation-1',
      'clew_simulation_tick_lateness_seconds_count 0',
      'clew_simulation_tick_lateness_seconds_count 100\nclew_simulation_tick_lateness_seconds_bucket{le="0.05"} 96',
    ),
  ],
  [
    'TicksLate',
    checkup('edge-1', 'nodejs_eventloop_delay_p99_seconds 0.3'),
    checkup('edge-1', 'nodejs_eventloop_delay_p99_seconds 0.2'),
  ],
  [
    'TicksSkipped',
    checkup('simulation-1', 'clew_simulation_ticks_skipped_total 0', 'clew_simulation_ticks_skipped_total 101'),
    checkup('simulation-1', 'clew_simulation_ticks_skipped_total 101'),
  ],
  [
    'MatchesFail',
    checkup('simulation-1', 'clew_simulation_matches_failed_total 1'),
    checkup('simulation-1', 'clew_simulation_matches_failed_total 0'),
  ],
];

suite('a finding', () => {
  for (const [section, ill, well] of cases) {
    test(`${section}: ${ill.patients[0]?.now.name}`, () => {
      assert.deepEqual(sectionsOf(ill), [section]);
      assert.deepEqual(sectionsOf(well), []);
    });
  }

  test('names the process and the collection that hold what they should not', () => {
    const [finding] = findingsOf(cases[0]![1]) as [Finding];
    assert.equal(finding.severity, 'critical');
    assert.match(finding.text, /^edge-1: edge\.players holds 2 entries/);
    assert.match(finding.advice, /grep -rn .*"'edge\.players'"/);
  });

  test('says which collections grew along with memory', () => {
    const size = (entries: number, bytes: number) =>
      `process_uptime_seconds 500\nclew_memory_heap_after_gc_bytes ${bytes}\nclew_memory_heap_limit_bytes 1e12
clew_collection_size{collection="edge.errands"} ${entries}\nclew_collection_bound{collection="edge.errands"} 1000`;
    const [grown] = findingsOf(checkup('edge-1', size(1, 1e6), size(9, 100e6), 30)) as [Finding];
    assert.match(grown.advice, /^what grew along: edge\.errands \(\+8\);/);
    const [hidden] = findingsOf(checkup('edge-1', size(9, 1e6), size(9, 100e6), 30)) as [Finding];
    assert.match(hidden.advice, /^no registered collection grew: npm run doctor -- --heap edge-1/);
  });

  test('tells of whom nobody reaches, of who is not ready, and of versions that differ; the critical first', () => {
    const well = look('edge-1', '');
    const other = look('edge-2', '', { ready: false, versions: { clew: '0.9.0', node: '26.0.0' } });
    const patients = [
      { before: well, now: well },
      { before: other, now: other },
    ];
    const found = findingsOf({ patients, unreachable: ['http://127.0.0.1:1'], seconds: 3 });
    assert.deepEqual(
      found.map(({ severity, text }) => `${severity} ${text}`),
      [
        'critical nobody answers at http://127.0.0.1:1 within 5 s',
        'warning processes run different versions: 1.0.0 on Node 26.0.0, 0.9.0 on Node 26.0.0',
        'warning edge-2: takes no players (not ready)',
      ],
    );
  });

  test('leads to a section that the runbook has', () => {
    const sections = new Set(
      [...readFileSync(join(root, 'docs/runbook.md'), 'utf8').matchAll(/^## (.+)$/gm)].map(([, section]) => section!),
    );
    const source = readFileSync(join(root, 'tools/doctor/findings.ts'), 'utf8');
    const named = [...source.matchAll(/section: '([^']+)'/g)].map(([, section]) => section!);
    assert.ok(named.length > 15);
    assert.deepEqual(
      named.filter((section) => !sections.has(section)),
      [],
    );
  });

  test('judges by metrics that alerts and services know', () => {
    const names = (text: string) =>
      [...text.matchAll(/\b(?:clew|process|nodejs|db)_[a-z0-9_]+/g)].map(([name]) => name);
    const source = names(readFileSync(join(root, 'tools/doctor/findings.ts'), 'utf8'));
    const documented = new Set(names(readFileSync(join(root, 'docs/telemetry.md'), 'utf8')));
    assert.ok(source.length > 20);
    assert.deepEqual(
      source.filter((name) => !documented.has(name) && !documented.has(name.replace(/_(bucket|count|sum)$/, ''))),
      [],
    );
  });
});
