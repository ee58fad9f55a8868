import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

/** A process that logs `lines` lines when its standard input ends, the last one as fatal, and exits. */
function logger(lines: number) {
  const script = `
    import { createLog } from '${join(import.meta.dirname, 'log.ts')}';
    const log = createLog({ name: 'x', level: 'info', format: 'json' });
    log.info('up');
    process.stdin.on('end', () => {
      for (let line = 1; line < ${lines}; line += 1) log.info({ line }, 'x'.repeat(100));
      log.fatal('end');
      process.exit(7);
    }).resume();`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
}

test('what is logged last before the exit is read', async () => {
  const child = logger(1_000);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stdin.end();
  assert.deepEqual(await once(child, 'close'), [7, null]);
  const lines = text.trim().split('\n');
  assert.equal(lines.length, 1_001);
  assert.equal(JSON.parse(lines.at(-1) ?? '').msg, 'end');
});

test('a process whose log nobody reads any more exits all the same', async () => {
  const child = logger(1_000);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.stdin.end();
  assert.deepEqual(await once(child, 'close'), [7, null]);
});
