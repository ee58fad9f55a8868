import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SetupFault } from '../setup.mjs';
import { findRedis } from './redis-server.ts';

test('a Redis that does not start is told of with what it said', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'clew-redis-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'redis-server'), '#!/bin/sh\necho "Bad file format"\nexit 1\n', { mode: 0o755 });
  const lines: string[] = [];
  const redis = await findRedis({
    env: { PATH: `${folder}:/usr/bin:/bin` },
    folder: join(folder, 'data'),
    say: () => undefined,
    observer: { line: (line) => lines.push(line), died: () => undefined },
    signal: new AbortController().signal,
  });
  t.after(() => redis.stop());
  await assert.rejects(redis.answers, (fault) => {
    assert.ok(fault instanceof SetupFault);
    assert.match(fault.message, /Redis does not start .*redis-server/);
    return true;
  });
  assert.deepEqual(new Set(lines), new Set(['Bad file format']));
});
