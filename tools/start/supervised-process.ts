/**
 * A child process that is started again when it dies, until it is told to stop.
 *
 *   stopped ──start──▶ running ──dies──▶ waiting ──backoff──▶ running
 *      ▲                  │                 │
 *      └──gone── stopping ◀──────stop───────┘
 *
 * P1 A child leads a process group of its own: the terminal's Ctrl-C does not reach it, and what it started goes with it.
 * P2 Its standard input is a pipe from us. When we die, however, it closes, and the child ends by itself.
 * P3 Nothing of a child outlives it: its group is killed when it ends.
 * P4 Stopping is bounded: SIGTERM, then SIGKILL after `stopMs`.
 * P5 When we exit without having stopped it, its group is killed; one on a leash (leash.sh) is left to the leash.
 * P6 A child that dies comes back after a growing pause, so that one that cannot live does not eat the machine.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { restartDelayMs, WELL_AFTER_MS } from './backoff.ts';
import { readLines } from './log-lines.ts';

/** What to run. */
export interface ProcessPlan {
  /** Prefix of its log lines, e.g. "edge-1". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long it may take to stop. */
  readonly stopMs: number;
  /** It runs on a leash, which ends it properly when we are gone. */
  readonly leashed?: boolean;
}

/** What one is told about a process. */
export interface ProcessObserver {
  readonly line: (line: string) => void;
  /** It died unasked and comes back after `restartMs`; `how` is e.g. "exit code 1", "SIGKILL". */
  readonly died: (how: string, restartMs: number) => void;
}

type State =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'running'; readonly child: ChildProcess; readonly startTimeMs: number }
  | { readonly kind: 'waiting'; readonly timer: NodeJS.Timeout }
  | {
      readonly kind: 'stopping';
      readonly child: ChildProcess;
      readonly gone: Promise<void>;
      readonly done: () => void;
    };

const living = new Set<ChildProcess>();
process.on('exit', () => living.forEach(killGroup)); // P5

export class SupervisedProcess {
  readonly plan: ProcessPlan;
  readonly #observer: ProcessObserver;
  #state: State = { kind: 'stopped' };
  #deaths = 0;

  constructor(plan: ProcessPlan, observer: ProcessObserver) {
    this.plan = plan;
    this.#observer = observer;
  }

  /** The process id while there is a process. */
  get pid(): number | undefined {
    return 'child' in this.#state ? this.#state.child.pid : undefined;
  }

  /** Deaths in a row, without a time in between in which it was well. */
  get deaths(): number {
    return this.#deaths;
  }

  /** Does nothing when it runs or is about to. */
  start(): void {
    if (this.#state.kind !== 'stopped') return;
    this.#deaths = 0;
    this.#spawn();
  }

  /**
   * Sends a signal to the process alone; with SIGKILL it resolves when the process is gone. If it dies of it, it comes back
   * like after any other death.
   */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (!('child' in this.#state)) return;
    const { child } = this.#state;
    child.kill(signal);
    if (signal === 'SIGKILL') await once(child, 'close');
  }

  /** Ends the process and keeps it down; resolves when it is gone. With SIGKILL it gets no chance to tidy up. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#state.kind === 'waiting') {
      clearTimeout(this.#state.timer);
      this.#state = { kind: 'stopped' };
    }
    if (this.#state.kind === 'running') {
      const { child } = this.#state;
      const { promise: gone, resolve: done } = Promise.withResolvers<void>();
      const tooLong = setTimeout(() => killGroup(child), this.plan.stopMs); // P4
      gone.finally(() => clearTimeout(tooLong));
      this.#state = { kind: 'stopping', child, gone, done };
      child.kill(signal);
    } else if (this.#state.kind === 'stopping' && signal === 'SIGKILL') {
      killGroup(this.#state.child);
    }
    if (this.#state.kind === 'stopping') await this.#state.gone;
  }

  #spawn(): void {
    const { command, args, env } = this.plan;
    const child = spawn(command, args, {
      detached: true, // P1
      stdio: ['pipe', 'pipe', 'pipe'], // P2
      env,
    });
    this.#state = { kind: 'running', child, startTimeMs: performance.now() };
    if (!this.plan.leashed) living.add(child);
    child.stdin.on('error', () => {}); // The child closed its end first; its exit tells the rest.
    readLines(child.stdout, this.#observer.line);
    readLines(child.stderr, this.#observer.line);
    let failure: string | undefined;
    child.on('error', (error) => {
      failure = error.message;
    });
    child.on('exit', () => killGroup(child)); // P3
    child.on('close', () => living.delete(child));
    child.on('close', (code, signal) => this.#closed(failure ?? signal ?? `exit code ${code}`));
  }

  #closed(how: string): void {
    const state = this.#state;
    if (state.kind === 'stopping') {
      this.#state = { kind: 'stopped' };
      state.done();
    } else if (state.kind === 'running') {
      const ranMs = performance.now() - state.startTimeMs;
      this.#deaths = ranMs >= WELL_AFTER_MS ? 1 : this.#deaths + 1;
      const restartMs = restartDelayMs(this.#deaths); // P6
      this.#state = { kind: 'waiting', timer: setTimeout(() => this.#spawn(), restartMs) };
      this.#observer.died(how, restartMs);
    }
  }
}

/** The group has the child's process id; it may be gone already. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
