/** What compose.yaml says, held against what is there. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { parseConfig, serviceFields } from '@clew/service-kit/config';
import { parse } from 'yaml';
import { createPager } from '../deploy/alertmanager/pager.mts';
import { edgeFields } from '../services/edge/src/config.ts';
import { matchmakingFields } from '../services/matchmaking/src/config.ts';
import { sessionFields } from '../services/session/src/config.ts';
import { simulationFields } from '../services/simulation/src/config.ts';
import { root } from '../tools/setup.mjs';
import { nodeArgsOf } from '../tools/start/service-plans.ts';
import { clewServices, namesOf, readCompose } from './compose.ts';

const fields = {
  ...{ edge: edgeFields, matchmaking: matchmakingFields },
  ...{ session: sessionFields, simulation: simulationFields },
};
const deploy = join(root, 'deploy');

suite('compose.yaml', () => {
  const compose = readCompose();

  test('every process of Clew has the name that Prometheus knows it by', () => {
    const targets = parse(readFileSync(join(deploy, 'prometheus/targets/clew.yml'), 'utf8')) as {
      targets: string[];
      labels: { service_name: string; service_instance_id: string };
    }[];
    assert.deepEqual(
      targets.flatMap(({ targets: [address] }) => address).sort(),
      clewServices(compose)
        .map((name) => `${name}:9464`)
        .sort(),
    );
    for (const {
      targets: [address],
      labels,
    } of targets) {
      const name = address!.split(':')[0]!;
      assert.equal(labels.service_instance_id, name);
      assert.equal(compose.services[name]?.environment?.CLEW_NAME, name);
      assert.match(compose.services[name]?.command?.at(-1) ?? '', new RegExp(`^services/${labels.service_name}/`));
    }
  });

  test('every process takes its configuration', () => {
    for (const name of clewServices(compose)) {
      const { environment = {}, command = [] } = compose.services[name]!;
      const service = /^services\/(\w+)\//.exec(command.at(-1) ?? '')?.[1] as keyof typeof fields;
      assert.doesNotThrow(() => parseConfig({ ...serviceFields, ...fields[service] }, environment), name);
    }
  });

  test('every process runs with the flags that npm start gives it', () => {
    for (const name of clewServices(compose)) {
      const { command = [] } = compose.services[name]!;
      const kind = /^services\/(\w+)\//.exec(command.at(-1) ?? '')?.[1] as keyof typeof fields;
      for (const flag of nodeArgsOf[kind] ?? []) assert.ok(command.includes(flag), `${name} without ${flag}`);
    }
  });

  test('whom it asks for by name is there', () => {
    const known = new Set(Object.keys(compose.services).flatMap((name) => namesOf(compose, name)));
    for (const name of clewServices(compose)) {
      const { CLEW_SESSION_ADDRESSES, CLEW_MATCHMAKING_ADDRESSES, CLEW_REDIS_URL } =
        compose.services[name]!.environment ?? {};
      const asked = [CLEW_SESSION_ADDRESSES, CLEW_MATCHMAKING_ADDRESSES].map((address) => address!.split(':')[0]!);
      for (const host of [...asked, new URL(CLEW_REDIS_URL!).hostname]) assert.ok(known.has(host), `${name}: ${host}`);
    }
  });

  test("no two publish the same port, and operators' listeners are published on loopback only", () => {
    const published = Object.values(compose.services).flatMap(({ ports = [] }) => ports);
    const hostPorts = published.map((port) => port.split(':').at(-2));
    assert.equal(new Set(hostPorts).size, hostPorts.length, String(hostPorts));
    const ops = published.filter((port) => port.endsWith(':9464'));
    assert.equal(ops.length, clewServices(compose).length);
    for (const port of ops) assert.match(port, /^127\.0\.0\.1:/);
  });

  test('whom Alertmanager tells is there', () => {
    const text = readFileSync(join(deploy, 'alertmanager/alertmanager.yml'), 'utf8');
    const hosts = [...text.matchAll(/url: (\S+)/g)].map(([, url]) => new URL(url!).hostname);
    assert.ok(hosts.length >= 2);
    for (const host of hosts) assert.ok(host in compose.services, host);
  });

  test('what it mounts is there', () => {
    const text = readFileSync(join(deploy, 'compose.yaml'), 'utf8');
    const mounts = [...text.matchAll(/^\s+- (\.\/\S+?):/gm)].map(([, path]) => path!);
    assert.ok(mounts.length >= 4);
    assert.deepEqual(
      mounts.filter((path) => !existsSync(join(deploy, path))),
      [],
    );
  });

  test('every heap fits into its memory, with a third left for the rest', () => {
    for (const name of clewServices(compose)) {
      const { command, mem_limit: limit } = compose.services[name] as {
        command: readonly string[];
        mem_limit?: string;
      };
      const heapMb = Number(/=(\d+)$/.exec(command.find((arg) => arg.startsWith('--max-old-space-size')) ?? '')?.[1]);
      assert.ok(heapMb <= (Number(limit?.replace('m', '')) * 2) / 3, `${name}: ${heapMb} of ${limit}`);
    }
  });
});

suite('the pager of compose.yaml', () => {
  const message = {
    status: 'firing',
    startsAt: '2026-01-01T00:00:00Z',
    labels: { severity: 'critical', alertname: 'MemoryGrows' },
    annotations: { summary: 'edge-1: memory grows', runbook_url: 'docs/runbook.md#memorygrows' },
  };

  async function pager(context: TestContext, say: (line: string) => void, silenceMaxMs?: number) {
    const server = createPager(say, silenceMaxMs).listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => {
      server.close();
      server.closeAllConnections();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return async (path: string, body: string) => {
      const response = await fetch(url + path, { method: 'POST', body, headers: { connection: 'close' } });
      await response.arrayBuffer();
      return response.status;
    };
  }

  test('prints each alert with its way to the runbook, and takes nothing else', async (context) => {
    const lines: string[] = [];
    const post = await pager(context, (line) => lines.push(line));
    assert.equal(await post('/alerts', JSON.stringify({ alerts: [message] })), 200);
    for (const body of ['', '{}', '{"alerts":[null]}']) assert.equal(await post('/alerts', body), 400);
    const tooLong = JSON.stringify({ alerts: [message], padding: 'x'.repeat(1_000_000) });
    await post('/alerts', tooLong).catch(() => undefined); // Cut before it is read.
    assert.deepEqual(lines, [
      '2026-01-01T00:00:00Z firing critical MemoryGrows: edge-1: memory grows (docs/runbook.md#memorygrows)',
    ]);
  });

  test('says so when the heartbeat stays away, and not while it comes', async (context) => {
    const silent = Promise.withResolvers<string>();
    const post = await pager(context, silent.resolve, 1_000);
    let beatMs = 0;
    for (let beat = 0; beat < 10; beat += 1) {
      beatMs = performance.now();
      assert.equal(await post('/heartbeat', JSON.stringify({ alerts: [message] })), 200);
    }
    assert.match(await silent.promise, /^no heartbeat/);
    assert.ok(performance.now() - beatMs > 998, 'a second after the last one, not after the first');
  });
});
