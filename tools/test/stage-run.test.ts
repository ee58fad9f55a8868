import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Totals } from './stage-run.ts';

const MODULE = join(import.meta.dirname, 'stage-run.ts');

/** Runs a stage of files with these texts in a process of its own, for node's runner does not run itself. */
async function runFiles(
  t: TestContext,
  texts: readonly string[],
  fileMs = 60_000,
): Promise<Totals & { output: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'clew-stage-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = texts.map((text, index) => {
    const file = join(folder, `${index}.test.mjs`);
    writeFileSync(file, `import { test } from 'node:test';\n${text}`);
    return file;
  });
  const main = join(folder, 'main.mjs');
  const script = `
    import { runStage } from '${MODULE}';
    const options = { files: ${JSON.stringify(files)}, fileMs: ${fileMs}, env: process.env, signal: new AbortController().signal };
    console.log('TOTALS ' + JSON.stringify(await runStage(options)));`;
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  writeFileSync(main, script);
  const child = spawn(process.execPath, [main], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  await once(child, 'close');
  return { ...JSON.parse(/TOTALS (.*)/.exec(output)?.[1] ?? '{}'), output };
}

test('counts what passed, failed and was skipped over all files, and names what failed', async (t) => {
  const totals = await runFiles(t, [
    "test('passes', () => {}); test('fails', () => { throw new Error('x'); });",
    "test('passes', () => {}); test.skip('is skipped', () => {});",
  ]);
  assert.equal(totals.tests, 4);
  assert.equal(totals.passed, 2);
  assert.equal(totals.failed, 1);
  assert.equal(totals.skipped, 1);
  assert.deepEqual(
    totals.failures.map((failure) => failure.replace(/.*\//, '')),
    ['0.test.mjs: fails'],
  );
});

test('a file that holds on to something after its tests fails at its bound, and says what it holds', async (t) => {
  const totals = await runFiles(t, ["test('passes', () => {}); setInterval(() => {}, 1000);"], 2_000);
  assert.ok(totals.failed > 0);
  assert.match(totals.output, /did not end within 2 s; it holds: .*Timeout/);
});

test('a file that cannot be loaded is a failure', async (t) => {
  const totals = await runFiles(t, ["import './nowhere.mjs';"]);
  assert.equal(totals.failed, 1);
});
