import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Status } from 'nice-grpc-common';
import { RetryInfo } from 'nice-grpc-error-details';
import pino from 'pino';
import { MemoryGuard } from './memory-guard.ts';
import { oldGenerationLimitBytes } from './process-context.ts';
import { ServiceError } from './service-error.ts';
import { Instruments } from './telemetry/instruments.ts';

/** A guard over numbers that a test sets. */
function guarded({ systemLimitBytes }: { systemLimitBytes?: number } = {}) {
  const now = { heap: 0, resident: 0, timeMs: 0 };
  const lines: string[] = [];
  const instruments = new Instruments();
  const guard = new MemoryGuard({
    heap: {
      get bytes() {
        return now.heap;
      },
    },
    heapLimitBytes: 100,
    systemLimitBytes,
    shedAt: 0.85,
    log: pino({}, { write: (line: string) => lines.push(JSON.parse(line).msg) }),
    instruments,
    residentBytes: () => now.resident,
    now: () => now.timeMs,
  });
  return { now, guard, lines, instruments };
}

suite('a guard of memory', () => {
  test('refuses with RESOURCE_EXHAUSTED and says when to come again', () => {
    const { now, guard } = guarded();
    guard.admit();
    now.heap = 85;
    assert.throws(
      () => guard.admit(),
      (error) => {
        assert.ok(error instanceof ServiceError);
        assert.equal(error.status, Status.RESOURCE_EXHAUSTED);
        assert.equal(error.reason, 'MEMORY_LOW');
        assert.ok(error.details.some((detail) => detail.$type === RetryInfo.$type));
        return true;
      },
    );
  });

  test('takes somebody in again only when there is clearly room, and tells of each change once', () => {
    const { now, guard, lines } = guarded();
    for (const heap of [84, 85, 84, 81, 90, 79, 84]) {
      now.heap = heap;
      void guard.isShedding;
    }
    assert.equal(guard.isShedding, false);
    now.heap = 85;
    assert.equal(guard.isShedding, true);
    now.heap = 81;
    assert.equal(guard.isShedding, true);
    assert.deepEqual(lines, [
      'memory is short: nobody new is taken in',
      'memory is there again',
      'memory is short: nobody new is taken in',
    ]);
  });

  test('goes by resident memory where the system sets a limit, asked for now and then', () => {
    const { now, guard } = guarded({ systemLimitBytes: 1_000 });
    assert.equal(guard.isShedding, false);
    now.resident = 900;
    assert.equal(guard.isShedding, false);
    now.timeMs = 250;
    assert.equal(guard.isShedding, true);
    assert.equal(guard.pressure, 0.9);
  });

  test('tells pressure, shedding and refusals', async () => {
    const { now, guard, instruments } = guarded();
    now.heap = 90;
    assert.throws(() => guard.admit());
    const points = (await instruments.read()).map((one) => [
      one.name,
      one.kind === 'histogram' ? undefined : one.points()[0]?.value,
    ]);
    assert.deepEqual(points, [
      ['clew.memory.pressure', 0.9],
      ['clew.memory.shedding', 1],
      ['clew.memory.refusals', 1],
    ]);
  });
});

test('the old generation is what V8’s limit leaves beside three semi-spaces', () => {
  assert.equal(oldGenerationLimitBytes('--max-old-space-size=64', 160 * 2 ** 20), 64 * 2 ** 20);
  assert.equal(oldGenerationLimitBytes('--max-semi-space-size=16', 4_144 * 2 ** 20), 4_096 * 2 ** 20);
});

test('a process with a small heap refuses before it would crash, and takes players in when others went', async (context) => {
  const example = fileURLToPath(new URL('./testing/guarded-example.ts', import.meta.url));
  const child = spawn(process.execPath, ['--max-old-space-size=48', example], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  const [code] = await once(child, 'close');
  assert.match(output, /^refused MEMORY_LOW at 0\.[89]\d*\ntaken in again\n$/);
  assert.equal(code, 0);
});
