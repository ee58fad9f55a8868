/** What compose.yaml says, held against what is there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parseConfig, serviceFields } from '@clew/service-kit/config';
import { parse } from 'yaml';
import { edgeFields } from '../services/edge/src/config.ts';
import { matchmakingFields } from '../services/matchmaking/src/config.ts';
import { sessionFields } from '../services/session/src/config.ts';
import { simulationFields } from '../services/simulation/src/config.ts';
import { root } from '../tools/setup.mjs';
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
      assert.match(compose.services[name]?.command.at(-1) ?? '', new RegExp(`^services/${labels.service_name}/`));
    }
  });

  test('every process takes its configuration', () => {
    for (const name of clewServices(compose)) {
      const { environment = {}, command } = compose.services[name]!;
      const service = /^services\/(\w+)\//.exec(command.at(-1) ?? '')?.[1] as keyof typeof fields;
      assert.doesNotThrow(() => parseConfig({ ...serviceFields, ...fields[service] }, environment), name);
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
