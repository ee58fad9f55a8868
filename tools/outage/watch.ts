/** Prometheus and Alertmanager with what deploy/ says, on loopback and with data of their own, and a webhook as the pager. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { root, SetupFault, toolEnvironment } from '../setup.mjs';
import { freePorts } from '../start/ports.ts';
import { SupervisedProcess } from '../start/supervised-process.ts';
import { AlertWebhook } from './alert-webhook.ts';
import type { WatchPrograms } from './programs.ts';

const READY_MS = 30_000;
const STOP_MS = 5_000;
const LEASH = join(root, 'tools/start/leash.sh');
/** Where alertmanager.yml sends to until somebody says otherwise. */
const PLACEHOLDER = 'http://pager:9099';

/** A process that Prometheus watches. */
export interface WatchTarget {
  readonly name: string;
  readonly kind: string;
  /** http://host:port */
  readonly opsUrl: string;
}

export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

export interface Watch extends AsyncDisposable {
  readonly webhook: AlertWebhook;
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  /** A range of what Prometheus kept, one series for each process. */
  series(query: string, fromMs: number, toMs: number): Promise<Map<string, Sample[]>>;
}

export async function startWatch(
  programs: WatchPrograms,
  targets: readonly WatchTarget[],
  signal: AbortSignal,
): Promise<Watch> {
  await using owned = new AsyncDisposableStack();
  const webhook = owned.use(await AlertWebhook.listen());
  const folder = await mkdtemp(join(tmpdir(), 'clew-watch-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  const [port = 0, alertsPort = 0] = await freePorts(2);
  const addresses = { prometheus: `127.0.0.1:${port}`, alertmanager: `127.0.0.1:${alertsPort}` };
  await writeConfiguration(folder, webhook.url, targets, addresses);

  const prometheus = [
    `--config.file=${folder}/prometheus/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=${addresses.prometheus}`,
    '--log.level=warn',
  ];
  const alertmanager = [
    `--config.file=${folder}/alertmanager.yml`,
    `--storage.path=${folder}/alerts`,
    `--web.listen-address=${addresses.alertmanager}`,
    '--cluster.listen-address=',
    '--log.level=warn',
  ];
  for (const [name, args] of [
    ['alertmanager', [...programs.alertmanager(folder), ...alertmanager]],
    ['prometheus', [...programs.prometheus(folder), ...prometheus]],
  ] as const) {
    const running = supervise(name, args);
    running.process.start();
    owned.defer(() => running.process.stop());
    await untilReady(name, addresses[name], running.log, signal);
  }
  const kept = owned.move();
  return {
    webhook,
    prometheusUrl: `http://${addresses.prometheus}`,
    alertmanagerUrl: `http://${addresses.alertmanager}`,
    series: (query, fromMs, toMs) => askRange(`http://${addresses.prometheus}`, query, fromMs, toMs),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function writeConfiguration(
  folder: string,
  webhookUrl: string,
  targets: readonly WatchTarget[],
  addresses: Readonly<Record<'prometheus' | 'alertmanager', string>>,
): Promise<void> {
  await cp(join(root, 'deploy/prometheus'), join(folder, 'prometheus'), { recursive: true });
  const alertmanager = await readFile(join(root, 'deploy/alertmanager/alertmanager.yml'), 'utf8');
  await writeFile(join(folder, 'alertmanager.yml'), alertmanager.replaceAll(PLACEHOLDER, webhookUrl));
  const folderOfTargets = join(folder, 'prometheus/targets');
  await rm(folderOfTargets, { recursive: true, force: true });
  await mkdir(folderOfTargets, { recursive: true });
  await Promise.all(['data', 'alerts'].map((name) => mkdir(join(folder, name))));
  // Every JSON is YAML.
  const write = (name: string, entries: unknown) => writeFile(join(folderOfTargets, name), JSON.stringify(entries));
  await write(
    'clew.yml',
    targets.map(({ name, kind, opsUrl }) => ({
      targets: [new URL(opsUrl).host],
      labels: { service_name: kind, service_instance_id: name },
    })),
  );
  await write('prometheus.yml', [{ targets: [addresses.prometheus] }]);
  await write('alertmanager.yml', [{ targets: [addresses.alertmanager] }]);
}

function supervise(name: string, args: readonly string[]) {
  const log: string[] = [];
  const process = new SupervisedProcess(
    { name, command: LEASH, args, env: toolEnvironment(), stopMs: STOP_MS, leashed: true },
    {
      line: (line) => {
        log.push(line);
        if (log.length > 20) log.shift();
      },
      died: (how) => log.push(how),
    },
  );
  return { process, log };
}

async function untilReady(name: string, address: string, log: readonly string[], signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    const response = await fetch(`http://${address}/-/ready`).catch(() => undefined);
    if (response?.ok) return;
    await pass(100, undefined, { signal });
  }
  throw new SetupFault(`${name} does not get ready:\n${log.join('\n')}`);
}

interface RangeReply {
  readonly data: { readonly result: { metric: Record<string, string>; values: [seconds: number, value: string][] }[] };
}

async function askRange(url: string, query: string, fromMs: number, toMs: number): Promise<Map<string, Sample[]>> {
  const span = { query, start: String(fromMs / 1_000), end: String(toMs / 1_000), step: '1' };
  const response = await fetch(`${url}/api/v1/query_range?${new URLSearchParams(span)}`);
  if (!response.ok) throw new Error(`Prometheus refuses ${query}: ${await response.text()}`);
  const { data } = (await response.json()) as RangeReply;
  return new Map(
    data.result.map(({ metric, values }) => [
      metric.service_instance_id ?? '',
      values.map(([seconds, value]) => ({ atMs: seconds * 1_000, value: Number(value) })),
    ]),
  );
}
