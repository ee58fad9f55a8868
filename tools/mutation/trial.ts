/** Tries mutants, several at a time, and says of each what became of it. */
import type { Repository } from '../tidy/repository.ts';
import type { Places, ReachedPlaces } from './hits.ts';
import type { Killer, Killers } from './killers.ts';
import { cutOut, keyOf, type Mutant } from './mutant.ts';
import { isScript, testsReaching } from './mutants.ts';
import type { TestOutcome, Trace } from './test-process.ts';
import type { Worker } from './worker.ts';

export type Verdict =
  | { readonly kind: 'killed'; readonly mutant: Mutant; readonly killer: Killer }
  /** All of these test files passed, as far as they run the line; there may be none. */
  | { readonly kind: 'survived'; readonly mutant: Mutant; readonly tests: readonly string[] };

export interface TrialOptions {
  readonly repository: Repository;
  readonly killers: Killers;
  readonly workers: readonly Worker[];
  readonly onVerdict: (verdict: Verdict, seconds: number) => void;
  /** A test file fails without any mutant: it can prove nothing. */
  readonly onBroken: (file: string, how: string) => void;
}

/** A test file when nothing is wrong. */
interface Measured {
  readonly trace: Trace;
  readonly reached: ReachedPlaces;
}

/** Some tests of a file; all without names. */
interface Attempt {
  readonly file: string;
  readonly tests?: readonly string[] | undefined;
  /** How it noticed the mutant before. */
  readonly known?: 'failed' | 'hung' | undefined;
}

export class Trial {
  readonly #options: TrialOptions;
  /** As far as they were needed. */
  readonly #measured = new Map<string, Promise<Measured | undefined>>();

  constructor(options: TrialOptions) {
    this.#options = options;
  }

  async run(mutants: readonly Mutant[]): Promise<Verdict[]> {
    const places = placesOf(mutants);
    const waiting = mutants.values();
    const verdicts: Verdict[] = [];
    const work = async (worker: Worker) => {
      for (const mutant of waiting) {
        const startMs = performance.now();
        const verdict = await this.#try(mutant, worker, places);
        verdicts.push(verdict);
        this.#options.onVerdict(verdict, (performance.now() - startMs) / 1000);
      }
    };
    await Promise.all(this.#options.workers.map(work));
    return verdicts;
  }

  async #try(mutant: Mutant, worker: Worker, places: Places): Promise<Verdict> {
    const { repository, killers } = this.#options;
    const original = repository.texts.get(mutant.path)!;
    using _ = worker.mutate(mutant.path, cutOut(original, mutant), original);
    const tried: string[] = [];
    for await (const attempt of this.#attempts(mutant, worker, places)) {
      const trace = (await this.#measure(attempt.file, worker, places))?.trace;
      if (trace === undefined) continue;
      tried.push(attempt.file);
      const killer =
        attempt.known === 'hung' ? await hangsAgain(attempt, trace, worker) : await noticedBy(attempt, trace, worker);
      if (killer === undefined) continue;
      killers.set(keyOf(mutant), killer);
      return { kind: 'killed', mutant, killer };
    }
    return { kind: 'survived', mutant, tests: tried };
  }

  /** The one test that noticed it last time, then files that know the source well, then the nearest. */
  async *#attempts(mutant: Mutant, worker: Worker, places: Places): AsyncGenerator<Attempt> {
    const { repository, killers } = this.#options;
    const tests = testsReaching(mutant.path, repository);
    const known = killers.of(keyOf(mutant));
    if (known && tests.some(({ file }) => file === known.file)) {
      const measured = await this.#measure(known.file, worker, places);
      const isThere = known.test === undefined || measured?.trace.testMs.has(known.test);
      if (isThere) yield { file: known.file, tests: testsOf(known), known: known.hangs ? 'hung' : 'failed' };
    }
    const files = killers.sorted(
      mutant.path,
      tests.map(({ file }) => file),
    );
    let isReached = isScript(mutant.path);
    for (const file of files) {
      if (isScript(mutant.path)) yield { file };
      else {
        const measured = await this.#measure(file, worker, places);
        const reaching = measured?.reached(mutant.path, mutant.start) ?? [];
        isReached ||= reaching.length > 0;
        const isMost = reaching.length * 2 >= (measured?.trace.testMs.size ?? 0);
        if (reaching.length > 0) yield { file, tests: isMost ? undefined : reaching };
      }
    }
    // A test may reach it in another process: who imports it knows.
    const nearest = tests[0]?.distance;
    if (!isReached) for (const { file, distance } of tests) if (distance === nearest) yield { file };
  }

  #measure(file: string, worker: Worker, places: Places): Promise<Measured | undefined> {
    const known = this.#measured.get(file) ?? this.#ask(file, worker, places);
    this.#measured.set(file, known);
    return known;
  }

  async #ask(file: string, worker: Worker, places: Places): Promise<Measured | undefined> {
    for (let again = 2; ; again -= 1) {
      const { outcome, reached } = await worker.measure(file, places);
      if (outcome.kind === 'passed') return { trace: outcome.trace, reached };
      if (again > 0) continue;
      this.#options.onBroken(file, reasonOf(outcome));
      return undefined;
    }
  }
}

/** Who hung at the mutant before, and does not pass now: asked first without it, so that one knows how long to wait. */
async function hangsAgain({ file, tests }: Attempt, trace: Trace, worker: Worker): Promise<Killer | undefined> {
  const intact = await worker.runIntact(file, trace, tests);
  if (intact.kind !== 'passed') return undefined;
  const { kind } = await worker.run(file, intact.trace, tests, true);
  return kind === 'passed' ? undefined : { file, test: tests?.[0], hangs: kind === 'hung' };
}

/** Who noticed: the one test that is said to have, or else all that ran; nobody when none did, or it was chance. */
async function noticedBy(attempt: Attempt, trace: Trace, worker: Worker): Promise<Killer | undefined> {
  const { file, tests, known } = attempt;
  const outcome = await worker.run(file, trace, tests);
  if (outcome.kind === 'passed') return undefined;
  const hangs = outcome.kind === 'hung';
  const only = tests?.length === 1 ? tests[0] : undefined;
  const one = outcome.test ?? only;
  if (known && !hangs) return { file, test: one, hangs }; // no chance
  if (!(await isChance({ file, tests: one === undefined ? tests : [one] }, trace, worker))) {
    return { file, test: one, hangs };
  }
  // Of one that hangs it is a guess which test it was.
  if (!hangs || one === only) return undefined;
  return (await isChance(attempt, trace, worker)) ? undefined : { file, test: only, hangs };
}

/** Whoever notices does it twice, and not without the mutant: on a busy machine tests fail by chance. */
async function isChance({ file, tests }: Attempt, trace: Trace, worker: Worker, again = 2): Promise<boolean> {
  if ((await worker.runIntact(file, trace, tests)).kind !== 'passed') {
    return again === 0 || isChance({ file, tests }, trace, worker, again - 1);
  }
  return (await worker.run(file, trace, tests)).kind === 'passed';
}

const testsOf = ({ test }: Killer) => (test === undefined ? undefined : [test]);

function placesOf(mutants: readonly Mutant[]): Places {
  const places = new Map<string, number[]>();
  for (const { path, start } of mutants) {
    if (!isScript(path)) places.set(path, [...(places.get(path) ?? []), start]);
  }
  return places;
}

function reasonOf(outcome: Exclude<TestOutcome, { kind: 'passed' }>): string {
  const test = outcome.test === undefined ? '' : `: ${outcome.test}`;
  return outcome.kind === 'failed' ? `${test}\n${outcome.output}` : `${test} (it hangs)`;
}
