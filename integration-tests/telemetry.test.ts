import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ClewClient } from '@clew/client';
import { grpcTransport } from '@clew/client/node';
import { Status } from 'nice-grpc';
import { scrape as seriesOf } from '../bench/telemetry/series.ts';
import { passBy, signInOnly } from '../bench/telemetry/visitors.ts';
import { run } from '../tools/machine/command.ts';
import { node, root, toolEnvironment } from '../tools/setup.mjs';
import type { Service } from '../tools/start/stack.ts';
import { TestPlayer } from './player.ts';
import { longMatch } from './rules.ts';
import { stackForFile } from './stack.ts';
import { until } from './until.ts';

const SMALL_HEAP_MEBIBYTES = 72;
const eater = fileURLToPath(new URL('./memory-eater.ts', import.meta.url));

/** Crowds come from one address here. */
const MANY = '100000';
const OPS_TOKEN = 'a token of sixteen';

const stack = stackForFile({
  env: { ...longMatch, CLEW_OPS_TOKEN: OPS_TOKEN, CLEW_SIGN_IN_RATE: MANY, CLEW_SIGN_IN_BURST: MANY },
  counts: { edge: 2 },
  nodeArgs: (name) => (name === 'edge-2' ? [`--max-old-space-size=${SMALL_HEAP_MEBIBYTES}`, '--import', eater] : []),
});

const scrape = async ({ opsUrl }: Service) => (await fetch(`${opsUrl}/metrics`)).text();

/** Value of the first series whose line begins with this; undefined where there is none. */
async function metric(service: Service, begin: string): Promise<number | undefined> {
  const line = (await scrape(service)).split('\n').find((text) => text.startsWith(begin));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

/** Names of metrics: what stands in the first column of the tables, and is no collection. */
function namesOf(page: string): Set<string> {
  const cells = [...page.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell]) => cell!);
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`([a-z0-9]+_[a-z0-9_]+)`/g)].map(([, name]) => name!)));
}

const named = (name: string) => stack().services.find((service) => service.name === name)!;

test('what is told is documented, and what is documented is told', async () => {
  using player = new TestPlayer(stack());
  await player.play();
  await player.sees(20);
  const page = readFileSync(join(root, 'docs/telemetry.md'), 'utf8');
  const told = new Set<string>();
  for (const service of stack().services) {
    for (const [, name] of (await scrape(service)).matchAll(/^# TYPE (\S+)/gm)) told.add(name!);
  }
  const documented = namesOf(page);
  assert.deepEqual([...told].filter((name) => !documented.has(name)).sort(), [], 'told, but not documented');
  assert.deepEqual([...documented].filter((name) => !told.has(name)).sort(), [], 'documented, but not told');
  assert.equal(await metric(named('session-1'), 'clew_session_leases{'), 1);
  assert.equal(await metric(named('edge-1'), 'clew_edge_streams_seated{'), 1);
  assert.equal(await metric(named('simulation-1'), 'clew_simulation_seats{state="attached"'), 1);
  await player.client.leave();
});

test('the doctor finds nothing wrong with a stack in which somebody plays', async () => {
  using player = new TestPlayer(stack());
  await player.play();
  const ops = stack().services.map(({ opsUrl }) => opsUrl);
  const args = [join(root, 'tools/doctor/main.ts'), '--ops', ops.join(','), '--seconds', '1', '--json'];
  const { code, output } = await run(node, args, { env: { ...toolEnvironment(), CLEW_OPS_TOKEN: OPS_TOKEN } });
  assert.equal(code, 0, output);
  const { processes, sessions, oldestStreams, redis, findings } = JSON.parse(output);
  assert.equal(processes.length, ops.length);
  assert.deepEqual([sessions.leases, sessions.streams, sessions.seated, sessions.seats.attached], [1, 1, 1, 1]);
  assert.equal(oldestStreams[0].state, 'seated');
  assert.ok(redis.keys > 0 && redis.connections.standing === redis.connections.wanted);
  // A machine at work may be late; nothing else may be wrong.
  assert.deepEqual(
    findings.filter(({ section }: { section: string }) => !/^(Ticks|RedisSlow)/.test(section)),
    [],
  );
  await player.client.leave();
});

test('a restart tells whether the process before stopped in order', async () => {
  const session = named('session-1');
  const started = (kind: string) => metric(session, `clew_process_start{kind="${kind}"`);
  await until('the first start is told', () => started('first'));
  await session.kill('SIGKILL');
  await session.ready();
  await until('the crash is told', () => started('unclean'));
  assert.equal(await metric(session, 'clew_process_unclean_starts_total{'), 1);
  await session.restart();
  await until('the clean stop is told', () => started('clean'));
  assert.equal(await metric(session, 'clew_process_unclean_starts_total{'), 1);
});

test('an edge that is short of memory takes nobody new in, and keeps whom it has', async () => {
  const edge = named('edge-2');
  using player = new TestPlayer(stack(), { edge: 1 });
  await player.play();
  const { pid } = edge;
  assert.ok((await metric(edge, 'clew_memory_heap_limit_bytes{'))! === SMALL_HEAP_MEBIBYTES * 2 ** 20);
  await until(
    'the edge is not ready any more',
    async () => {
      await edge.kill('SIGUSR2');
      return (await fetch(`${edge.opsUrl}/readyz`)).status === 503;
    },
    60_000,
  );
  assert.equal(await metric(edge, 'clew_memory_shedding{'), 1);
  using newcomer = new ClewClient({
    edge: stack().edges[1]!.grpcAddress,
    transport: grpcTransport(),
    limits: { patienceMs: 0 },
  });
  await assert.rejects(newcomer.signIn({ displayName: 'Ariadne' }), (error: { code: Status; retryMs?: number }) => {
    assert.equal(error.code, Status.RESOURCE_EXHAUSTED);
    assert.ok((error.retryMs ?? 0) > 0);
    return true;
  });
  await player.sees(20);
  assert.equal(edge.pid, pid, 'it lives');
  assert.deepEqual(player.lost, []);
  await player.client.leave();
});

test('ten thousand players leave no series that a few did not', async () => {
  const edge = stack().edges[0]!.grpcAddress;
  const signal = AbortSignal.timeout(120_000);
  await signInOnly(8, edge, signal);
  await passBy(8, edge, signal);
  const few = new Set(await seriesOf(stack()));
  // Most of them sign in and never come, the rest goes as far as the queue; in `bench -- telemetry` all of them do.
  await signInOnly(9_500, edge, signal);
  await passBy(500, edge, signal);
  assert.deepEqual([...new Set(await seriesOf(stack())).difference(few)], []);
});
