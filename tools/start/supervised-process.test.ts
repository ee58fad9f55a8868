import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isAlive } from '../machine/alive.ts';
import { RESTART_MS_MAX, RESTART_MS_MIN, restartDelayMs } from './backoff.ts';
import { type ProcessPlan, SupervisedProcess } from './supervised-process.ts';

interface Watched {
  readonly child: SupervisedProcess;
  readonly lines: string[];
  readonly deaths: string[];
}

/** A process that runs `script`; stopped when the test ends. */
function supervise(t: TestContext, script: string, plan: Partial<ProcessPlan> = {}): Watched {
  const lines: string[] = [];
  const deaths: string[] = [];
  const child = new SupervisedProcess(
    { name: 'child', command: process.execPath, args: ['-e', script], env: process.env, stopMs: 5_000, ...plan },
    { line: (line) => lines.push(line), died: (how) => deaths.push(how) },
  );
  t.after(() => child.stop('SIGKILL'));
  child.start();
  return { child, lines, deaths };
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    assert.ok(turn < 2_000, `never saw: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const FOREVER = 'setInterval(() => {}, 1000);';

test('a child that is killed comes back as another process', async (t) => {
  const { child, lines, deaths } = supervise(t, `console.log('up'); ${FOREVER}`);
  await until('first start', () => lines.length === 1);
  const { pid } = child;
  await child.kill('SIGKILL');
  assert.deepEqual(deaths, ['SIGKILL']);
  await until('second start', () => lines.length === 2);
  assert.notEqual(child.pid, pid);
});

test('a child that cannot live is told of by its exit code, and waits longer each time', async (t) => {
  const { child, deaths } = supervise(t, 'process.exit(3)');
  await until('two deaths', () => deaths.length === 2);
  assert.deepEqual(deaths, ['exit code 3', 'exit code 3']);
  assert.equal(child.deaths, 2);
});

test('the pause before a restart doubles up to a bound', () => {
  const delays = [1, 2, 3, 50].map(restartDelayMs);
  assert.deepEqual(delays, [RESTART_MS_MIN, 2 * RESTART_MS_MIN, 4 * RESTART_MS_MIN, RESTART_MS_MAX]);
});

test('a program that is not there is a death like any other', async (t) => {
  const { deaths } = supervise(t, '', { command: '/nowhere/program' });
  await until('a death', () => deaths.length === 1);
  assert.match(deaths[0] ?? '', /ENOENT/);
});

test('stop asks politely, waits until the child is gone, and lets it rest', async (t) => {
  const { child, lines, deaths } = supervise(
    t,
    `process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); console.log('up'); ${FOREVER}`,
  );
  await until('start', () => lines.length === 1);
  await child.stop();
  assert.deepEqual(lines, ['up', 'bye']);
  assert.deepEqual(deaths, []);
  assert.equal(child.pid, undefined);
});

test('a child that does not stop in time is killed', async (t) => {
  const script = `process.on('SIGTERM', () => console.log('no')); console.log('up'); ${FOREVER}`;
  const { child, lines } = supervise(t, script, { stopMs: 50 });
  await until('start', () => lines.length === 1);
  await child.stop();
  assert.deepEqual(lines, ['up', 'no']);
});

test('a child that is stopped while it waits to come back stays away', async (t) => {
  const { child, deaths } = supervise(t, 'process.exit(1)');
  await until('a death', () => deaths.length === 1);
  await child.stop();
  child.start();
  await until('another death after an explicit start', () => deaths.length === 2);
  assert.equal(child.deaths, 1);
});

test('what a child started ends with it', async (t) => {
  const grandchild = `require('child_process').spawn(process.execPath, ['-e', '${FOREVER}'], { stdio: 'inherit' })`;
  const { child, lines } = supervise(t, `console.log(${grandchild}.pid); ${FOREVER}`);
  await until('the grandchild', () => lines.length === 1);
  const pid = Number(lines[0]);
  assert.ok(isAlive(pid));
  await child.stop('SIGKILL');
  await until('the end of the grandchild', () => !isAlive(pid));
});

test('children learn from their standard input that the supervisor was killed', async (t) => {
  const supervisor = `
    import { SupervisedProcess } from '${join(import.meta.dirname, 'supervised-process.ts')}';
    const script = "console.log(process.pid); process.stdin.on('end', () => process.exit(0)); process.stdin.resume();";
    const plan = { name: 'x', command: process.execPath, args: ['-e', script], env: process.env, stopMs: 1000 };
    new SupervisedProcess(plan, { line: console.log, died() {} }).start();`;
  const { child, lines } = supervise(t, '', { args: ['--input-type=module', '-e', supervisor] });
  await until('the child of the supervisor', () => lines.length === 1);
  const pid = Number(lines[0]);
  await child.stop('SIGKILL');
  await until('the end of its child', () => !isAlive(pid));
});

test('a supervisor that exits without stopping takes its children with it, even deaf ones', async (t) => {
  // Not forever: the supervisor's supervisor starts it again, and kills it before it could take that child with it.
  const deaf = 'console.log(process.pid); setTimeout(() => {}, 60_000);';
  const supervisor = `
    import { SupervisedProcess } from '${join(import.meta.dirname, 'supervised-process.ts')}';
    const plan = { name: 'x', command: process.execPath, args: ['-e', '${deaf}'], env: process.env, stopMs: 1000 };
    new SupervisedProcess(plan, { line: (line) => { console.log(line); process.exit(7); }, died() {} }).start();`;
  const { child, deaths, lines } = supervise(t, '', { args: ['--input-type=module', '-e', supervisor] });
  await until('the exit of the supervisor', () => deaths.length > 0);
  await child.stop('SIGKILL');
  assert.equal(deaths[0], 'exit code 7');
  await until('the end of its child', () => !isAlive(Number(lines[0])));
});
