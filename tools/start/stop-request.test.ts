import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

const MODULE = join(import.meta.dirname, 'stop-request.ts');

/**
 * A process that asks for `stopRequest` and tells what becomes of it. Its clock stands, however busy the machine is, but for
 * `laterMs` that pass with the first wish.
 */
function host(laterMs = 0, stdin: 'ignore' | 'pipe' = 'ignore') {
  const script = `
    import { stopRequest } from '${MODULE}';
    let later = 0;
    performance.now = () => 1_000 + later;
    stopRequest(process, () => process.exit(9)).addEventListener('abort', () => {
      later = ${laterMs};
      console.log('stopping');
    });
    process.on('message', (message) => console.log(message));
    setInterval(() => undefined, 60_000);
    console.log('up');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: [stdin, 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, CLEW_SUPERVISED: stdin === 'pipe' ? '1' : '' },
  });
  return { child, line: () => once(child.stdout!, 'data').then(([chunk]) => String(chunk).trim()) };
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} asks to stop, a second one ends at once`, async () => {
    const { child, line } = host(1_000);
    assert.equal(await line(), 'up');
    child.kill(signal);
    assert.equal(await line(), 'stopping');
    child.kill(signal);
    assert.deepEqual(await once(child, 'close'), [9, null]);
  });
}

test('one Ctrl-C that comes by two ways is one', async () => {
  const { child, line } = host();
  assert.equal(await line(), 'up');
  child.kill('SIGINT');
  assert.equal(await line(), 'stopping');
  child.kill('SIGINT');
  for (const message of ['still', 'here']) {
    child.send(message);
    assert.equal(await line(), message);
  }
  child.kill('SIGKILL');
});

test('the death of whoever started us asks to stop', async () => {
  const { child, line } = host();
  assert.equal(await line(), 'up');
  child.disconnect();
  assert.equal(await line(), 'stopping');
  child.kill('SIGKILL');
});

test('who has nothing more to do ends, though nobody wished it', async () => {
  const script = `(await import('${MODULE}')).stopRequest(process, () => process.exit(9));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  assert.deepEqual(await once(child, 'close'), [0, null]);
});

test('under a supervisor, the end of standard input asks to stop', async () => {
  const { child, line } = host(0, 'pipe');
  assert.equal(await line(), 'up');
  child.stdin?.end();
  assert.equal(await line(), 'stopping');
  child.kill('SIGKILL');
});

test('when nobody reads any more it asks to stop, once', async () => {
  const { child, line } = host(1_000);
  assert.equal(await line(), 'up');
  child.stdout?.destroy();
  child.send('a line that nobody reads');
  child.send('and another one');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'close'), [9, null]);
});
