/** `npm run test:mutation`, from where TypeScript runs. */
import { jsonLine } from '../../bench/report.ts';
import { root, runScript, SetupFault } from '../setup.mjs';
import { stopRequest } from '../start/stop-request.ts';
import { type Repository, readRepository } from '../tidy/repository.ts';
import { excuses } from './excuses.ts';
import { excuseFor, idleExcuses } from './excusing.ts';
import { type MutationFlags, parseFlags } from './flags.ts';
import { Killers } from './killers.ts';
import { keyOf, type Mutant, titleOf } from './mutant.ts';
import { findMutants } from './mutants.ts';
import { excusedLine, figuresOf, summaryLine, verdictLine } from './report.ts';
import { Trial } from './trial.ts';
import { Worker } from './worker.ts';

const say = (line: string) => console.error(line);

runScript('npm run test:mutation', async () => {
  const parsed = parseFlags(process.argv.slice(2));
  if (parsed.kind === 'help') return void process.stdout.write(parsed.text);
  if (parsed.kind === 'fault') throw new SetupFault(`${parsed.message} (--help lists the flags)`);
  const { flags } = parsed;
  const repository = readRepository(root);
  const idle = idleExcuses(findMutants(repository), excuses);
  if (idle.length > 0) throw new SetupFault(idle.join('\n'));
  const { code } = flags;
  const killers = new Killers(root);
  const mutants = findMutants(repository, flags.patterns).filter(
    (one) =>
      (code === undefined || one.code.includes(code)) && !(flags.unknown && killers.of(keyOf(one)) !== undefined),
  );
  if (mutants.length === 0) throw new SetupFault('no cleanup is in files of that name');
  if (flags.list) return void console.log(mutants.map(titleOf).join('\n'));
  const stop = stopRequest(process, () => process.exit(1));
  process.exit(await tryAll({ repository, mutants, killers, flags, stop }));
});

interface Try {
  readonly repository: Repository;
  readonly mutants: readonly Mutant[];
  readonly killers: Killers;
  readonly flags: MutationFlags;
  readonly stop: AbortSignal;
}

/** 0 when nobody survives. */
async function tryAll({ repository, mutants, killers, flags, stop }: Try): Promise<number> {
  const startMs = performance.now();
  const excused = mutants.filter((mutant) => excuseFor(mutant, excuses) !== undefined);
  for (const mutant of excused) say(excusedLine(mutant, excuseFor(mutant, excuses)!));
  const tried = mutants.filter((mutant) => !excused.includes(mutant));

  await using owned = new AsyncDisposableStack();
  const workers = Array.from({ length: Math.min(flags.workers, tried.length) }, () =>
    owned.use(new Worker({ root, say, signal: stop })),
  );
  owned.defer(() => {
    killers.save();
    if (flags.keep) killers.keep(new Set(findMutants(repository).map(keyOf)));
  });
  let done = 0;
  const broken: string[] = [];
  const trial = new Trial({
    repository,
    killers,
    workers,
    onBroken: (file, how) => {
      broken.push(file);
      say(`${file} fails without any mutant${how}`);
    },
    onVerdict: (verdict, seconds) => {
      done += 1;
      say(`[${done}/${tried.length}] ${verdictLine(verdict, seconds)}`);
    },
  });
  const verdicts = await trial.run(tried);
  const seconds = (performance.now() - startMs) / 1000;
  const survivors = verdicts.filter(({ kind }) => kind === 'survived');
  const counts = { killed: verdicts.length - survivors.length, excused: excused.length, survived: survivors.length };
  for (const { mutant } of survivors) say(`survived: ${titleOf(mutant)}`);
  say(summaryLine(counts, seconds));
  if (flags.json) for (const figure of figuresOf(counts, seconds)) console.log(jsonLine(figure));
  for (const file of broken) say(`proves nothing, for it fails without any mutant: ${file}`);
  return survivors.length + broken.length === 0 ? 0 : 1;
}
