import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatsBook } from '@clew/client';
import { type Figures, jsonOf, lineFor } from './figures.ts';
import { figuresTable, liveTable } from './live-table.ts';

const figures: Figures = {
  ...{ players: 8, joined: 7, lobby: 0, queued: 1, seated: 7, reconnecting: 0, seconds: 30 },
  ...{ framesPerSecond: 140.04, kilobytesPerSecond: 20 },
  stats: new StatsBook().read(),
  failures: { UNREACHABLE: 2 },
};

test('json is one object with plain numbers', () => {
  const report = JSON.parse(jsonOf(figures, 'grpc'));
  assert.equal(report.transport, 'grpc');
  assert.equal(report.joined, 7);
  assert.equal(report.framesPerSecond, 140);
  assert.deepEqual([report.correctionUnitsP99, report.framesLate], [0, 0]);
  assert.deepEqual(report.failures, { UNREACHABLE: 2 });
});

test('people read the same in a line and in a table', () => {
  assert.match(lineFor(figures), /^7\/8 seated, 140 frames\/s, .*UNREACHABLE ×2$/);
  assert.match(lineFor(figures), /0 corrections \(p99 0.00 cells\), 0 frames late/);
  assert.match(figuresTable(figures), /players +8, joined 7/);
  const match = { matchId: 'm-1', players: 7, level: '1/5', phase: 'climbing 12 s', leader: 'Bot 3 (10)' };
  assert.match(liveTable(figures, [match]), /m-1 +7 +1\/5 +climbing 12 s +Bot 3 \(10\)/);
  assert.match(liveTable(figures, new Array(14).fill(match)), /and 2 more/);
});
