import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Collections } from '@clew/service-kit/collections';
import { Counters } from '@clew/service-kit/counters';
import { createLog } from '@clew/service-kit/log';
import { OperatorActs } from '@clew/service-kit/operator-acts';
import { OpsServer } from '@clew/service-kit/ops-server';
import { unknownProcess } from '@clew/service-kit/process-context';
import { Telemetry } from '@clew/service-kit/telemetry/telemetry';
import { run } from '../machine/command.ts';
import { node, root, toolEnvironment } from '../setup.mjs';

const token = 'a token of sixteen';

function doctor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const clean = { ...toolEnvironment(), CLEW_OPS_ADDRESSES: '', CLEW_OPS_TOKEN: '' };
  return run(node, [join(root, 'tools/doctor/main.ts'), ...args], { env: { ...clean, ...env } });
}

suite('npm run doctor', () => {
  test('says in one line that nothing runs there, and fails', async () => {
    const nothing = createServer();
    await new Promise<void>((resolve) => nothing.listen(0, '127.0.0.1', resolve));
    const { port } = nothing.address() as AddressInfo;
    await new Promise((resolve) => nothing.close(resolve));
    const { code, output } = await doctor(['--ops', `127.0.0.1:${port}`]);
    assert.equal(code, 1);
    assert.equal(output.trim(), `npm run doctor: no service of Clew answers at 127.0.0.1:${port}`);
  });

  test('says in one line that it knows no address, and fails', async () => {
    const { code, output } = await doctor(['--port', '1']);
    assert.equal(code, 1);
    assert.match(output.trim(), /^npm run doctor: no npm start runs here with port 1; .*--ops host:port.*$/);
  });

  test('tells what a process tells, its streams only to who shows the token', async (context) => {
    const collections = new Collections();
    const counters = new Counters(['edge.frames']);
    using telemetry = new Telemetry({
      ...{ mode: 'lazy', service: 'edge', name: 'edge-7', collections, counters, context: unknownProcess },
    });
    collections.set<number>('edge.players', { bound: 8, orphans: () => 1 }).add(1);
    const acts = new OperatorActs({
      ...{ token, log: createLog({ name: 'edge-7', level: 'silent', format: 'json' }), collections, players: () => 1 },
      streams: () => [{ ageSeconds: 7, state: 'seated' }],
    });
    const ops = new OpsServer({ name: 'edge-7', collections, counters, telemetry, acts });
    const port = await ops.listen('127.0.0.1', 0);
    ops.setReady(true);
    context.after(() => ops.stop());
    const asked = async (env: Readonly<Record<string, string>>) => {
      const { code, output } = await doctor(
        ['--ops', `127.0.0.1:${port},127.0.0.1:1`, '--seconds', '1', '--json'],
        env,
      );
      assert.equal(code, 0, output);
      return JSON.parse(output);
    };
    const summary = await asked({ CLEW_OPS_TOKEN: token });
    assert.deepEqual(summary.oldestStreams, [{ process: 'edge-7', ageSeconds: 7, state: 'seated' }]);
    assert.deepEqual(summary.unreachable, ['http://127.0.0.1:1']);
    assert.deepEqual([summary.processes[0].name, summary.processes[0].ready], ['edge-7', true]);
    assert.deepEqual(
      summary.findings.map(({ section }: { section: string }) => section),
      ['ProcessUnreachable', 'CollectionOrphans'],
    );
    assert.equal((await asked({ CLEW_OPS_TOKEN: 'another of sixteen' })).oldestStreams, null);
    const heap = (name: string, shown = token) =>
      doctor(['--ops', `127.0.0.1:${port}`, '--heap', name, '--seconds', '1', '--json'], { CLEW_OPS_TOKEN: shown });
    const kept: object[] = [];
    const leaking = setInterval(() => kept.push(Array.from({ length: 5_000 }, (_, index) => ({ index }))), 10);
    const profile = await heap('edge-7').finally(() => clearInterval(leaking));
    const places = (JSON.parse(profile.output) as { place: string }[]).map(({ place }) => place);
    assert.ok(
      places.some((place) => place.includes('tools/doctor/main.test.ts')),
      profile.output,
    );
    assert.match((await heap('edge-8')).output, /^npm run doctor: there is no edge-8; there is edge-7$/);
    assert.match((await heap('edge-7', 'another of sixteen')).output, /edge-7 refuses: show the bearer token/);
  });
});
