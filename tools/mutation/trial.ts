/** Tries mutants, several at a time, and says of each what became of it. */
import type { Repository } from '../tidy/repository.ts';
import type { Places, ReachedPlaces } from './hits.ts';
import type { Killer, Killers } from './killers.ts';
import { cutOut, keyOf, type Mutant } from './mutant.ts';
import { isScript, testsReaching } from './mutants.ts';
import type { TestOutcome, Trace } from './test-process.ts';
import type { Runs, Worker } from './worker.ts';

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
  /** Whether what is known to fail passes without a mutant, by test file. */
  readonly #sound = new Map<string, Promise<boolean>>();

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
      tried.push(attempt.file);
      const killer = attempt.known
        ? await this.#noticedAgain(attempt, worker)
        : await this.#noticedBy(attempt, worker, places);
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
      yield { file: known.file, tests: testsOf(known), known: known.hangs ? 'hung' : 'failed' };
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

  /** Who noticed the mutant before, and does so again; nobody when the test is gone, or passes now. */
  async #noticedAgain({ file, tests, known }: Attempt, worker: Worker): Promise<Killer | undefined> {
    let usual: Trace | undefined;
    if (known === 'hung') {
      // Asked first without it: on a busy machine tests seem to hang, and so one knows how long to wait.
      const intact = await worker.runIntact(file, { tests });
      if (intact.kind !== 'passed' || !(tests ?? []).every((name) => intact.trace.testMs.has(name))) return undefined;
      usual = intact.trace;
    } else if (!(await this.#isSound(file, worker))) return undefined;
    const outcome = await worker.run(file, { usual, tests, isSure: true });
    if (outcome.kind === 'passed' || (outcome.kind === 'hung' && known === 'failed')) return undefined;
    return { file, test: tests?.[0], hangs: outcome.kind === 'hung' };
  }

  /** Asked once, for all of a file that is known to fail. */
  #isSound(file: string, worker: Worker): Promise<boolean> {
    const known =
      this.#sound.get(file) ??
      worker.runIntact(file, { tests: this.#options.killers.failingIn(file) }).then(({ kind }) => kind === 'passed');
    this.#sound.set(file, known);
    return known;
  }

  /** The one test that is said to have noticed, or else all that ran; nobody when none did, or it was chance. */
  async #noticedBy(attempt: Attempt, worker: Worker, places: Places): Promise<Killer | undefined> {
    const { file, tests } = attempt;
    const usual = (await this.#measure(file, worker, places))?.trace;
    if (usual === undefined) return undefined;
    const outcome = await worker.run(file, { usual, tests });
    if (outcome.kind === 'passed') return undefined;
    const hangs = outcome.kind === 'hung';
    const only = tests?.length === 1 ? tests[0] : undefined;
    const one = outcome.test ?? only;
    if (!(await isChance(file, { usual, tests: one === undefined ? tests : [one] }, worker))) {
      return { file, test: one, hangs };
    }
    // Of one that hangs it is a guess which test it was.
    if (!hangs || one === only) return undefined;
    return (await isChance(file, { usual, tests }, worker)) ? undefined : { file, test: only, hangs };
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

/** Whoever notices does it twice, and not without the mutant: on a busy machine tests fail by chance. */
async function isChance(file: string, how: Runs, worker: Worker, again = 2): Promise<boolean> {
  if ((await worker.runIntact(file, how)).kind !== 'passed') {
    return again === 0 || isChance(file, how, worker, again - 1);
  }
  return (await worker.run(file, how)).kind === 'passed';
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
