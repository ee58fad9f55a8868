/** `npm test`, from where TypeScript runs: stage after stage, each with what it needs prepared, the totals at the end. */
import { checks, printCheck, runChecks } from '../check/checks.ts';
import { colors } from '../colors.ts';
import { type Need, prepareMachine } from '../machine/prepare.ts';
import { runScript, SetupFault, toolEnvironment } from '../setup.mjs';
import { stopRequest } from '../start/stop-request.ts';
import { helpText, parseFlags, type Stage, type TestFlags } from './flags.mjs';
import { addTotals, noTotals, runStage, type Totals } from './stage-run.ts';
import { chooseFiles, findTestFiles, type TestFiles } from './test-files.ts';

/** A Redis that is named serves the tests of stores; integration tests stop and freeze theirs, so they bring their own. */
function needs(stage: Stage, env: Environment): readonly Need[] {
  if (stage === 'integration') return ['docker', 'redis', 'chromium', 'prometheus'];
  if (stage !== 'redis') return [];
  // Tests of clusters and failovers start servers of their own.
  return env.CLEW_TEST_REDIS_URL ? ['redis'] : ['docker', 'redis'];
}

/** Tests that share a Redis run one file at a time. Those with a stack of their own mostly wait for leases: two at once. */
const settings = {
  unit: { fileMs: 120_000 },
  redis: { fileMs: 120_000, concurrency: 1 },
  integration: { fileMs: 300_000, concurrency: 2 },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

interface StageResult {
  readonly stage: string;
  readonly seconds: number;
  readonly totals: Totals;
}

/** All stages that were asked for; they go on when one fails, so that one run tells everything. */
async function runTests(flags: TestFlags, files: TestFiles, stop: AbortSignal): Promise<StageResult[]> {
  const results: StageResult[] = [];
  const stage = async (name: string, work: () => Promise<Totals>) => {
    if (stop.aborted) return;
    console.log(colors.bold(`\n▶ ${name}`));
    const startMs = performance.now();
    const totals = await work().catch(brokenStage);
    results.push({ stage: name, seconds: (performance.now() - startMs) / 1000, totals });
  };

  await using owned = new AsyncDisposableStack();
  let env: Environment = { ...toolEnvironment(), NO_COLOR: '1' };
  const testStage = (name: keyof typeof settings, stageEnv = env) =>
    runStage({ ...settings[name], files: files.get(name)!, env: stageEnv, name: flags.name, signal: stop });

  if (flags.stages.includes('check')) await stage('check', checkAll);
  if (files.has('unit')) await stage('unit', () => testStage('unit'));
  const needed = new Set([...files.keys()].flatMap((name) => needs(name, env)));
  if (needed.size > 0) {
    await stage('preparing the machine', async () => {
      const machine = owned.use(await prepareMachine(needed, (line) => console.log(`  ${line}`), stop));
      Object.assign(process.env, machine.env); // Testcontainers reads its settings there, here too.
      env = { ...env, ...machine.env };
      return noTotals;
    });
  }
  if (results.some(({ totals }) => totals.tests === 0 && totals.failed > 0)) return results; // Not prepared.
  if (files.has('redis')) {
    await stage('redis', async () => {
      await using redis = env.CLEW_TEST_REDIS_URL ? undefined : await startTestRedis(env);
      return await testStage('redis', { ...env, CLEW_TEST_REDIS_URL: env.CLEW_TEST_REDIS_URL ?? redis?.url });
    });
  }
  if (files.has('integration')) await stage('integration', () => testStage('integration'));
  return results;
}

/** A stage that could not even run, e.g. because Docker does not start. */
function brokenStage(error: unknown): Totals {
  console.error(error instanceof SetupFault ? error.message : error);
  return { ...noTotals, failed: 1 };
}

/** The rules of the house are among the unit tests already. */
async function checkAll(): Promise<Totals> {
  const results = await runChecks(
    (await checks()).filter(({ name }) => name !== 'tidy'),
    printCheck,
  );
  const passed = results.filter((result) => result.passed).length;
  const failures = results.flatMap(({ name, passed }) => (passed ? [] : `check: ${name}`));
  return { tests: results.length, passed, failed: failures.length, skipped: 0, failures };
}

async function startTestRedis(env: Environment) {
  const { startRedis } = await import('../../integration-tests/redis.ts');
  return startRedis(env);
}

/** The last lines, in the words of node's own runner. */
function summarize(results: readonly StageResult[]): Totals {
  const all = results.map(({ totals }) => totals).reduce(addTotals, noTotals);
  console.log('');
  for (const { stage, seconds, totals } of results) {
    const count = totals.tests > 0 ? `${totals.passed} of ${totals.tests} passed` : '';
    const line = `${stage.padEnd(24)}${`${seconds.toFixed(1)} s`.padStart(8)}  ${count}`;
    console.log(totals.failed > 0 ? colors.red(line) : line);
  }
  for (const failure of all.failures) console.log(colors.red(`✖ ${failure}`));
  console.log(`\n# tests ${all.tests}\n# pass ${all.passed}\n# fail ${all.failed}\n# skipped ${all.skipped}`);
  return all;
}

runScript('npm test', async () => {
  const parsed = parseFlags(process.argv.slice(2));
  if (parsed.kind === 'help') return console.log(helpText);
  if (parsed.kind === 'fault') throw new SetupFault(parsed.message);
  const { flags } = parsed;
  const stop = stopRequest(process, () => process.exit(1));
  const files = chooseFiles(findTestFiles(), flags.stages, flags.patterns);
  const totals = summarize(await runTests(flags, files, stop));
  if (stop.aborted) throw new SetupFault('stopped before the end');
  if (totals.tests === 0) throw new SetupFault('no test ran');
  process.exit(totals.failed > 0 ? 1 : 0);
});
