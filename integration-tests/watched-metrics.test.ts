/** Every metric that alerts and dashboards name is told by a live process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildBoard } from '../tools/dashboards/board.ts';
import { boards } from '../tools/dashboards/boards.ts';
import { findWatchPrograms } from '../tools/outage/programs.ts';
import { startWatch } from '../tools/outage/watch.ts';
import { metricsIn, readRules } from './alert-rules.ts';
import { TestPlayer } from './player.ts';
import { quickMatch } from './rules.ts';
import { startTestStack } from './stack.ts';
import { until } from './until.ts';

test('alerts and dashboards name only what is measured, and Prometheus takes all of it', async () => {
  await using stack = await startTestStack({ env: quickMatch });
  const signal = AbortSignal.timeout(240_000);
  await using watch = await startWatch(await findWatchPrograms(() => undefined, signal), stack.services, signal);
  using player = new TestPlayer(stack);
  await player.play();
  const rules = readRules();
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...boards.flatMap(({ rows }) =>
      rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr))),
    ),
  ];
  const named = [...new Set(expressions.flatMap(metricsIn))].sort();
  assert.ok(named.length > 80, `only ${named.length} metrics are named`);
  const recorded = new Set(rules.flatMap(({ record }) => record ?? []));
  const measured = named.filter((name) => !name.includes(':'));
  assert.deepEqual(
    named.filter((name) => name.includes(':') && !recorded.has(name)),
    [],
    'no rule records these',
  );
  await until(
    'all of them are told',
    async () => {
      const told = await namesOf(watch.prometheusUrl);
      missing = measured.filter((name) => !told.has(name));
      return missing.length === 0;
    },
    90_000,
  ).catch(() => assert.deepEqual(missing, [], 'nobody tells these'));
  // Prometheus knows no Alertmanager yet when it fires first, and says it again after a minute.
  await until('a heartbeat of the alert pipeline', () => watch.webhook.heartbeats > 0, 120_000);
  await until('no rule fails', async () => (await failedRules(watch.prometheusUrl)).length === 0);
});

let missing: string[] = [];

/** Names of all metrics that Prometheus has. */
async function namesOf(prometheusUrl: string): Promise<Set<string>> {
  const response = await fetch(`${prometheusUrl}/api/v1/label/__name__/values`);
  return new Set(((await response.json()) as { data: string[] }).data);
}

async function failedRules(prometheusUrl: string): Promise<string[]> {
  const response = await fetch(`${prometheusUrl}/api/v1/rules`);
  const { data } = (await response.json()) as { data: { groups: { rules: { name: string; health: string }[] }[] } };
  return data.groups.flatMap(({ rules }) => rules.filter(({ health }) => health !== 'ok').map(({ name }) => name));
}

test('a dashboard finds its data source and its panels', () => {
  for (const board of boards) {
    const { uid, panels } = buildBoard(board) as { uid: string; panels: unknown[] };
    assert.equal(uid, `clew-${board.name}`);
    assert.ok(panels.length > 5);
  }
});
