import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

const MODULE = join(import.meta.dirname, 'process.ts');

test('clients that are stopped go with whoever started them, even when he ends at once', {
  timeout: 60_000,
}, async (t) => {
  const script = `
    import { ClientProcess } from '${MODULE}';
    const client = new ClientProcess(new AbortController().signal);
    client.signal('SIGSTOP');
    process.exit(1);`;
  const args = ['--input-type=module-typescript', '--eval', script];
  const parent = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => {
    try {
      process.kill(-parent.pid!, 'SIGKILL');
    } catch {
      // Nobody is left of them.
    }
  });
  parent.stdout.resume();
  await once(parent, 'close'); // the pipe has another end while a client lives
});
