/** The alert rules by themselves: what they say, that each fires when it should, and that a good hour raises none. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { run } from '../tools/machine/command.ts';
import { root } from '../tools/setup.mjs';
import { alertsOf, deployFolder, metricsIn, readRules } from './alert-rules.ts';

const rules = readRules();
const alerts = alertsOf(rules);
const testFiles = globSync('prometheus/tests/*.yml', { cwd: deployFolder }).sort();
const runbook = readFileSync(join(deployFolder, '../docs/runbook.md'), 'utf8');

suite('promtool', () => {
  for (const file of testFiles) {
    test(`${file} holds`, async () => {
      const { code, output } = await run('promtool', ['test', 'rules', join(deployFolder, file)]);
      assert.equal(code, 0, output);
    });
  }

  test('Prometheus and Alertmanager take their configuration', async () => {
    for (const [program, args] of [
      ['promtool', ['check', 'config', join(deployFolder, 'prometheus/prometheus.yml')]],
      ['amtool', ['check-config', join(deployFolder, 'alertmanager/alertmanager.yml')]],
    ] as const) {
      const { code, output } = await run(program, args);
      assert.equal(code, 0, output);
    }
  });
});

test('every alert is seen to fire in a test, each of its rules', () => {
  const fired = testFiles.flatMap((file) => firedIn(readFileSync(join(deployFolder, file), 'utf8')));
  assert.deepEqual(
    alerts
      .filter(({ alert, labels }) => !fired.some((seen) => isOf(seen, { alertname: alert, ...labels })))
      .map(({ alert, labels }) => `${alert} ${JSON.stringify(labels)}`),
    [],
  );
});

test('the good hour that raises no alert has every metric that alerts are made of', () => {
  const healthy = readFileSync(join(deployFolder, 'prometheus/tests/healthy.yml'), 'utf8');
  const recorded = new Map(rules.flatMap(({ record, expr }) => (record === undefined ? [] : [[record, expr]])));
  const madeOf = (expr: string): string[] =>
    metricsIn(expr).flatMap((name) => (recorded.has(name) ? madeOf(recorded.get(name)!) : name));
  const named = new Set(alerts.flatMap(({ expr }) => madeOf(expr)));
  assert.ok(named.size > 40, `only ${named.size} metrics`);
  assert.deepEqual(
    [...named].filter((name) => !healthy.includes(`series: ${name}{`)),
    [],
  );
});

test('every alert has a severity, says what is wrong, and leads to its section of the runbook', () => {
  for (const { alert, labels, annotations } of alerts) {
    assert.match(labels.severity ?? '', /^(critical|warning|none)$/, alert);
    assert.ok(annotations.summary, `${alert} has no summary`);
    assert.ok(annotations.description, `${alert} has no description`);
    assert.equal(annotations.runbook_url, `docs/runbook.md#${alert.toLowerCase()}`);
  }
});

test('no text names a label that only the rule itself adds: it would be empty', () => {
  for (const { alert, labels, annotations } of alerts) {
    const text = Object.values(annotations).join(' ');
    const named = [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!);
    assert.deepEqual(
      named.filter((label) => label in labels),
      [],
      alert,
    );
  }
});

test('the runbook has a section for every alert, with all four parts, and none for what is no alert', () => {
  const sections = runbook
    .split(/^## /m)
    .slice(2) // The introduction, and where to look.
    .map((text) => ({ title: text.split('\n')[0] ?? '', text }));
  assert.deepEqual(sections.map(({ title }) => title).sort(), [...new Set(alerts.map(({ alert }) => alert))].sort());
  for (const { title, text } of sections) {
    for (const part of ['**Means**', '**Look at**', '**Stop the bleeding**', 'end**']) {
      assert.ok(text.includes(part), `${title} lacks ${part}`);
    }
  }
});

test('alerts that concern a process name it', () => {
  const ofProcess = alerts.filter(({ annotations }) =>
    annotations.summary?.startsWith('{{ $labels.service_instance_id'),
  );
  assert.ok(ofProcess.length > 10);
  const collections = alerts.filter(({ alert }) => alert.startsWith('Collection'));
  for (const { alert, annotations } of collections) {
    assert.match(annotations.summary ?? '', /service_instance_id.*\$labels\.collection/, alert);
  }
});

test('autoscaling asks for what a rule records, of kinds of processes that there are', () => {
  const text = readFileSync(join(deployFolder, 'kubernetes/autoscaling.yaml'), 'utf8');
  const scaled = parseAllDocuments(text).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS() as ScaledObject;
  });
  const recorded = new Set(rules.flatMap(({ record }) => record ?? []));
  const kinds = scaled.map(({ kind, metadata, spec }) => {
    assert.equal(kind, 'ScaledObject');
    assert.equal(spec.scaleTargetRef.name, metadata.name);
    assert.ok(spec.minReplicaCount >= 2 && spec.maxReplicaCount > spec.minReplicaCount);
    const { query, threshold } = spec.triggers[0]!.metadata;
    const [metric = '', ...others] = metricsIn(query);
    assert.deepEqual([recorded.has(metric), others], [true, []], query);
    // Below 0.85 a process still takes players in: new ones must be there before.
    assert.ok(Number(threshold) > 0 && Number(threshold) < 0.85);
    return /service_name="(\w+)"/.exec(query)?.[1];
  });
  assert.deepEqual(kinds, ['simulation', 'edge']);
});

test('the post-mortem names only what exists', () => {
  const text = readFileSync(join(deployFolder, '../docs/postmortem-2024-08-18.md'), 'utf8');
  const paths = [...text.matchAll(/`([\w-]+\/[\w./-]+)`/g)].map(([, path]) => path!);
  assert.ok(paths.length > 20);
  assert.deepEqual(
    paths.filter((path) => !existsSync(join(root, path))),
    [],
  );
  const known = new Set(alerts.map(({ alert }) => alert));
  const named = [...text.matchAll(/\*(\w+)\*/g)]
    .map(([, alert]) => alert!)
    .filter((word) => /^[A-Z]\w+[A-Z]|Watchdog/.test(word));
  assert.deepEqual(
    [...known].filter((alert) => !named.includes(alert)),
    [],
    'alerts that the post-mortem forgets',
  );
  assert.deepEqual(
    named.filter((alert) => !known.has(alert)),
    [],
  );
  const figures = new Set([...text.matchAll(/`outage\.(\w+)`/g)].map(([, figure]) => figure!));
  const results = readFileSync(join(root, 'tools/outage/results.ts'), 'utf8');
  assert.deepEqual(
    [...figures].filter((figure) => !results.includes(`'${figure}'`)),
    [],
  );
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const commands = [...text.matchAll(/`npm (?:run )?([\w:]+)/g)].map(([, script]) => script!);
  assert.deepEqual(
    commands.filter((script) => !(script in scripts)),
    [],
  );
});

interface ScaledObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly scaleTargetRef: { readonly name: string };
    readonly minReplicaCount: number;
    readonly maxReplicaCount: number;
    readonly triggers: readonly { readonly metadata: { readonly query: string; readonly threshold: string } }[];
  };
}

type Labels = Readonly<Record<string, string>>;

const isOf = (seen: Labels, wanted: Labels) => Object.entries(wanted).every(([label, value]) => seen[label] === value);

/** Labels of alerts that a file of promtool's tests expects to fire. */
function firedIn(text: string): Labels[] {
  const { tests } = parse(text) as {
    tests: {
      alert_rule_test?: { alertname: string; exp_alerts?: { exp_labels: Labels }[] }[];
      promql_expr_test?: { exp_samples?: { labels: string }[] }[];
    }[];
  };
  return tests.flatMap(({ alert_rule_test: direct = [], promql_expr_test: asked = [] }) => [
    ...direct.flatMap(({ alertname, exp_alerts: expected = [] }) =>
      expected.map(({ exp_labels: labels }) => ({ alertname, ...labels })),
    ),
    ...asked.flatMap(({ exp_samples: samples = [] }) =>
      samples.flatMap(({ labels }) =>
        labels.includes('"firing"')
          ? Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]))
          : [],
      ),
    ),
  ]);
}
