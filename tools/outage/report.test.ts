import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresTable, jsonLine, keepsBar } from './figures.ts';
import { reportOf } from './report.ts';
import { figuresOf, type Results, timelineOf } from './results.ts';
import type { SceneRecord } from './scene.ts';

const beganMs = Date.UTC(2026, 0, 1);
const scene: SceneRecord = {
  ...{ name: 'old', title: 'a server with <sessions>', beganMs, endedMs: beganMs + 60_000, memoryLimitMb: 192 },
  marks: [{ atMs: beganMs + 5_000, what: 'visitors come & go' }],
  alerts: [
    {
      ...{ name: 'MemoryGrows', atMs: beganMs + 30_000, status: 'firing' },
      labels: { service_instance_id: 'edge-1', collection: 'edge.players' },
      annotations: { summary: 'edge-1: memory grows' },
    },
  ],
  memory: new Map([['edge-1', [0, 30_000, 60_000].map((ms) => ({ atMs: beganMs + ms, value: 40e6 + ms * 1e3 }))]]),
  players: [0, 60_000].map((ms) => ({ atMs: beganMs + ms, value: 24 })),
  lost: new Map([['UNREACHABLE', 24]]),
};

const results: Results = {
  old: { crashed: true, crashSeconds: 77, alertSeconds: 57 },
  clew: {
    crashed: false,
    playersLost: 0,
    heapGrowthMb: 1.234,
    restartAlertSeconds: 21.04,
    surgeAlertSeconds: undefined,
  },
  leakSeconds: 30,
  hiddenLeakSeconds: null,
  records: [scene],
};

test('figures have the names and bars of the issue; what did not come in time keeps no bar', () => {
  const figures = new Map(figuresOf(results).map((figure) => [figure.figure, figure]));
  assert.deepEqual(
    [...figures].map(([name, figure]) => [name, figure.value, keepsBar(figure)]),
    [
      ['outage.leak_alert_s', 30, true],
      ['outage.hidden_leak_alert_s', null, false],
      ['outage.restart_alert_s', 21, true],
      ['outage.surge_alert_s', null, false],
      ['outage.old_server_crashed', true, true],
      ['outage.clew_crashed', false, true],
      ['outage.clew_players_lost', 0, true],
      ['outage.clew_heap_growth_mb', 1.2, true],
    ],
  );
  assert.deepEqual(JSON.parse(jsonLine(figures.get('outage.leak_alert_s')!)), {
    ...{ figure: 'outage.leak_alert_s', value: 30, unit: 's', bar: 60, kept: true },
  });
  assert.match(figuresTable([...figures.values()]), /hidden_leak_alert_s +│ not in time/);
});

test('what was not played is not told', () => {
  assert.deepEqual(figuresOf({ records: [] }), []);
  for (const { old, clew } of timelineOf({ records: [] })) assert.deepEqual([old, clew], ['', '']);
});

test('the timeline stands beside the real one', () => {
  const rows = timelineOf(results).map(({ old, clew }) => `${old} | ${clew}`);
  assert.deepEqual(rows, [
    ' | not in time',
    '57 s, 20 s before the crash | not in time',
    ' | 30 s, process and collection named',
    '77 s | never',
    ' | 21 s, process named',
    'all | 0',
  ]);
});

test('the report is one page without scripts, and everything in it is escaped', () => {
  const page = reportOf(results, { date: new Date(beganMs), machine: '2 × <CPU>' });
  assert.doesNotMatch(page, /<script|https?:|<sessions>|<CPU>/);
  assert.match(page, /A server with &#60;sessions&#62;/);
  assert.match(page, /30 s <strong>MemoryGrows<\/strong> edge-1: memory grows <code>edge.players<\/code>/);
  assert.match(page, /Lost while they wanted to stay: UNREACHABLE ×24/);
  assert.equal(page.match(/<svg [^>]*role="img"/g)?.length, 1);
  assert.match(page, /lettered in the graph:<\/p><ol type="a"><li>5 s visitors come &#38; go/);
});

test('a scene without anything in it still draws', () => {
  const empty = { ...scene, alerts: [], marks: [], memory: new Map(), players: [], memoryLimitMb: undefined };
  const page = reportOf({ records: [empty] }, { date: new Date(beganMs), machine: '' });
  assert.doesNotMatch(page, /NaN|Infinity/);
});
