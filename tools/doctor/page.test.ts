import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checkup } from './checkup.ts';
import type { Examination } from './examination.ts';
import { pageOf } from './page.ts';
import { Series } from './series.ts';
import { summaryOf } from './summary.ts';

const versions = { clew: '1.2.3', node: '26.0.0' };

function look(name: string, streams: Examination['streams'], text: string): Examination {
  const service = name.replace(/-\d+$/, '');
  return { opsUrl: `http://${name}`, name, service, versions, ready: true, series: Series.parse(text), streams };
}

const edge = (frames: number, players: number) => `
clew_edge_streams 12
clew_edge_streams_seated 11
clew_edge_frames_total ${frames}
clew_memory_heap_after_gc_bytes 34000000
clew_memory_heap_limit_bytes 1e9
clew_memory_pressure_ratio 0.034
process_uptime_seconds 190
process_cpu_time_seconds_total{cpu_mode="user"} 1
clew_collection_size{collection="edge.players"} ${players}
clew_collection_bound{collection="edge.players"} 10000
clew_collection_orphans{collection="edge.players"} 0`;
const session = `
clew_session_leases 13
clew_redis_server{version="7.0.15"} 1
clew_redis_connected 1
clew_redis_keys 40`;

const checkup: Checkup = {
  patients: [
    {
      before: look('edge-1', [], edge(100, 9)),
      now: look('edge-1', [{ ageSeconds: 3_700, state: 'seated' }], edge(400, 12)),
    },
    { before: look('session-1', undefined, session), now: look('session-1', undefined, session) },
  ],
  unreachable: ['http://127.0.0.1:1'],
  seconds: 3,
};

test('one page tells versions, health, memory against sessions, oldest streams, Redis and advice', () => {
  const page = pageOf(summaryOf(checkup));
  assert.match(page, /^Clew 1\.2\.3 · Node 26\.0\.0 · Redis 7\.0\.15\n/);
  assert.match(page, /edge-1 +ready .* 3 min +34 MB .* 3 % .* 0 %/);
  assert.match(page, /sessions in Redis 13 · open streams 12, seated 11/);
  assert.match(page, /100 frames a second/);
  assert.match(page, /edge-1 +edge\.players +12 +\+3 +10000 +0/);
  assert.match(page, /oldest streams\n.*\n +edge-1 +seated +61 min/);
  assert.match(page, /1 of 1 connections stand/);
  assert.match(
    page,
    /✖ nobody answers at http:\/\/127\.0\.0\.1:1 within 5 s\n.*\n +docs\/runbook\.md#processunreachable/,
  );
  assert.ok(page.split('\n').length < 40, 'one page');
});

test('where nothing is wrong it says so, and where no token was shown what it takes', () => {
  const well = { before: look('edge-1', undefined, edge(1, 1)), now: look('edge-1', undefined, edge(2, 1)) };
  const page = pageOf(summaryOf({ patients: [well], unreachable: [], seconds: 3 }));
  assert.match(page, /✔ nothing to do/);
  assert.match(page, /CLEW_OPS_TOKEN/);
});

test('what nobody tells is null in the data and a dash on the page', () => {
  const silent = look('edge-1', [], '');
  const summary = summaryOf({ patients: [{ before: silent, now: silent }], unreachable: [], seconds: 3 });
  assert.equal(summary.sessions.leases, null);
  assert.equal(summary.processes[0]?.pressure, null);
  assert.deepEqual(summary.oldestStreams, []);
  assert.match(pageOf(summary), /sessions in Redis – · open streams –/);
});
