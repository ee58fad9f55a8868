import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const example = fileURLToPath(new URL('./testing/run-example.ts', import.meta.url));

/** A process of the example service, by an environment of the test's own. */
function service(context: TestContext, env: Record<string, string> = {}) {
  const child: ChildProcess = spawn(process.execPath, [example], { env, stdio: 'pipe' });
  context.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout!.on('data', (bytes) => {
    output += bytes;
  });
  child.stderr!.on('data', (bytes) => {
    output += bytes;
  });
  const exited = once(child, 'close').then(([code]) => ({
    code: code as number,
    output,
    steps: [...output.matchAll(/^step: (.*)$/gm)].map(([, step]) => step),
  }));
  return {
    child,
    exited,
    /** Waits until the output has this. */
    async told(text: string) {
      while (!output.includes(text)) await once(child.stdout!, 'data');
    },
  };
}

suite('a service process', { concurrency: 2 }, () => {
  test('tells all faults of its configuration and ends before anything starts (R1)', async (context) => {
    const { exited } = service(context, { CLEW_GRPC_PORT: 'x', CLEW_LOG_LEVEL: 'loud' });
    const { code, output, steps } = await exited;
    assert.equal(code, 1);
    assert.match(output, /^CLEW_GRPC_PORT: /m);
    assert.match(output, /^CLEW_LOG_LEVEL: /m);
    assert.doesNotMatch(output, /\s+at /);
    assert.deepEqual(steps, []);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`stops in order at ${signal} (R2)`, async (context) => {
      const { child, exited, told } = service(context);
      await told('step: started');
      child.kill(signal);
      const { code, steps, output } = await exited;
      assert.deepEqual(steps, ['starting', 'started', 'stopping', 'disposed']);
      assert.equal(code, 0);
      assert.match(output, new RegExp(`stopping: ${signal}`));
      assert.match(output, /"msg":"stopped"/);
    });
  }

  test('ends at once at the second signal (R2)', async (context) => {
    const { child, exited, told } = service(context, { EXAMPLE_STOP: 'hangs' });
    await told('step: started');
    child.kill('SIGTERM');
    await told('step: stopping');
    child.kill('SIGINT');
    const { code, output } = await exited;
    assert.equal(code, 1);
    assert.doesNotMatch(output, /did not stop within/);
  });

  test('stops when its supervisor is gone (R3)', async (context) => {
    const { child, exited, told } = service(context, { CLEW_SUPERVISED: '1' });
    await told('step: started');
    child.stdin!.end();
    const { code, steps, output } = await exited;
    assert.equal(code, 0);
    assert.deepEqual(steps.slice(2), ['stopping', 'disposed']);
    assert.match(output, /the supervisor is gone/);
  });

  test('does not mind an end of stdin without a supervisor (R3)', async (context) => {
    const { child, exited, told } = service(context);
    child.stdin!.end();
    await told('step: started');
    child.kill('SIGTERM');
    assert.match((await exited).output, /stopping: SIGTERM/);
  });

  test('ends although it cannot stop, and says so (R4)', async (context) => {
    const { child, exited, told } = service(context, { EXAMPLE_STOP: 'hangs' });
    await told('step: started');
    child.kill('SIGTERM');
    const { code, output } = await exited;
    assert.equal(code, 1);
    assert.match(output, /did not stop within 300 ms/);
  });

  test('ends although its start does not heed the signal (R4)', async (context) => {
    const { child, exited, told } = service(context, { EXAMPLE_START: 'hangs' });
    await told('step: starting');
    child.kill('SIGTERM');
    const { code, output } = await exited;
    assert.equal(code, 1);
    assert.match(output, /did not stop within 300 ms/);
  });

  test('ends well when a start under way heeds the signal', async (context) => {
    const { child, exited, told } = service(context, { EXAMPLE_START: 'obeys' });
    await told('step: starting');
    child.kill('SIGTERM');
    assert.equal((await exited).code, 0);
  });

  test('says why it cannot start', async (context) => {
    const { code, output } = await service(context, { EXAMPLE_START: 'throws' }).exited;
    assert.equal(code, 1);
    assert.match(output, /as told/);
    assert.match(output, /cannot start/);
  });

  test('says that it stopped badly', async (context) => {
    const { child, exited, told } = service(context, { EXAMPLE_STOP: 'throws' });
    await told('step: started');
    child.kill('SIGTERM');
    const { code, output } = await exited;
    assert.equal(code, 1);
    assert.match(output, /as told/);
    assert.match(output, /stopped badly/);
  });

  test('ends on what nobody caught, and logs it', async (context) => {
    const { code, output } = await service(context, { EXAMPLE_LATER: 'throws' }).exited;
    assert.equal(code, 1);
    assert.match(output, /nobody caught/);
  });

  test('logs under the name of its instance', async (context) => {
    const { child, exited, told } = service(context, { CLEW_NAME: 'example-7' });
    await told('step: started');
    child.kill('SIGTERM');
    assert.match((await exited).output, /"name":"example-7"/);
  });
});
