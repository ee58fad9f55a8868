import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { Hits } from './hits.ts';
import { runTestFile, type TestProcess, type Trace } from './test-process.ts';

/** Runs a file with these tests. */
function running(context: TestContext, text: string, more: Partial<TestProcess> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'clew-file-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'x.test.mjs'), `import { test } from 'node:test';\n${text}`);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { signal } = new AbortController();
  return { folder, outcome: runTestFile({ file: 'x.test.mjs', folder, env, signal, ...more }) };
}

/** As short as patience gets. */
const usual: Trace = { names: ['first'], testMs: new Map([['first', 0]]), startMs: 0, tailMs: 0 };

suite('a test file in a process of its own', () => {
  test('tells how it runs when nothing is wrong', async (context) => {
    const outcome = await running(context, "test('first # 1', () => {}); test('second', () => {});").outcome;
    assert.ok(outcome.kind === 'passed');
    assert.deepEqual(outcome.trace.names, ['first # 1', 'second']);
  });

  test('is ended at its first failure', async (context) => {
    const text =
      "test('first', () => { throw new Error('x'); }); test('second', () => new Promise((r) => setTimeout(r, 3e8)));";
    const outcome = await running(context, text, { usual }).outcome;
    assert.deepEqual({ ...outcome, output: '' }, { kind: 'failed', test: 'first', output: '' });
  });

  test('runs only the tests that are named', async (context) => {
    const text = "test('first', () => {}); test('second', () => { throw new Error('x'); });";
    const outcome = await running(context, text, { tests: ['first'] }).outcome;
    assert.equal(outcome.kind, 'passed');
  });

  test('hangs when a test waits for what never comes', async (context) => {
    const text = "const wait = setInterval(() => {}, 1000); test('first', () => new Promise(() => wait));";
    assert.deepEqual(await running(context, text, { usual }).outcome, { kind: 'hung', test: 'first' });
  });

  test('that hangs within a suite tells which test it was', async (context) => {
    const wait = 'new Promise(() => setInterval(() => {}, 1000))';
    const text = `import { suite } from 'node:test';
      suite('one', () => { test('first', () => {}); test('second', () => {}); });
      suite('two', () => { test('third', () => {}); test('fourth', () => ${wait}); test('fifth', () => {}); });`;
    const order = ['first', 'second', 'one', 'third', 'fourth', 'fifth', 'two'];
    const suites: Trace = { ...usual, names: ['one', 'two'], testMs: new Map(order.map((name) => [name, 0])) };
    const told = (tests?: string[]) => running(context, text, { usual: suites, ...(tests && { tests }) }).outcome;
    assert.deepEqual(await Promise.all([told(), told(['two']), told(['fourth'])]), [
      { kind: 'hung', test: 'fourth' },
      { kind: 'hung', test: 'fourth' },
      { kind: 'hung', test: 'fourth' },
    ]);
  });

  test('hangs when it holds on to something after its tests', async (context) => {
    const text = "test('first', () => { setInterval(() => {}, 1000); });";
    assert.equal((await running(context, text, { usual }).outcome).kind, 'hung');
  });

  test('fails when it cannot be loaded', async (context) => {
    const outcome = await running(context, "import './nowhere.mjs';").outcome;
    assert.equal(outcome.kind, 'failed');
  });

  test('tells which of its tests reach a place', async (context) => {
    const text =
      "const f = (yes) => { if (yes) f(false); };\ntest('first', () => f(false)); test('second', () => {}); test('third', () => f(true));";
    const { folder } = running(context, text);
    const offset = `import { test } from 'node:test';\n${text}`.indexOf('f(false)');
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    using hits = new Hits(folder, new Map([['x.test.mjs', [offset]]]));
    const { signal } = new AbortController();
    const run = { file: 'x.test.mjs', folder, env: { ...env, ...hits.env }, flags: hits.flags, signal };
    assert.equal((await runTestFile(run)).kind, 'passed');
    assert.deepEqual(hits.read()('x.test.mjs', offset), ['second', 'third']);
  });
});
