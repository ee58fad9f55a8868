import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { node, root, toolEnvironment } from '../../../tools/setup.mjs';
import type { Order, Report } from './orders.ts';

type Task = Omit<Extract<Order, { kind: 'live' | 'hold' }>, 'order'>;

/** Stopped processes hear of nothing: they would outlive whoever started them, and hold his pipes open. */
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** A process of clients, of the bench's own: it goes with whoever started it. */
export class ClientProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (report: Report) => void>();
  #order = 0;

  /** The signal ends it. `prefix` runs it elsewhere, as `ip netns exec NAME` does. */
  constructor(signal: AbortSignal, prefix: readonly string[] = []) {
    const [command, ...args] = [...prefix, node, join(root, 'bench/churn/clients/main.ts')];
    this.#child = spawn(command!, args, {
      env: toolEnvironment(),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      signal,
      killSignal: 'SIGKILL',
    });
    this.#child.on('error', () => {}); // its end tells the rest
    living.add(this.#child);
    this.#child.once('exit', () => living.delete(this.#child));
    this.#child.on('message', (report: Report) => {
      this.#waiting.get(report.order)?.(report);
      this.#waiting.delete(report.order);
    });
  }

  /** Resolves when the lives are over, or held; rejects when the process dies before. */
  carryOut(task: Task): Promise<Report> {
    const order = ++this.#order;
    return new Promise((resolve, reject) => {
      const died = (code: number | null, signal: string | null) =>
        reject(new Error(`the clients died in ${task.way} (${signal ?? `exit code ${code}`})`));
      this.#child.once('exit', died);
      this.#waiting.set(order, (report) => {
        this.#child.off('exit', died);
        resolve(report);
      });
      this.tell({ ...task, order });
    });
  }

  tell(order: Order): void {
    this.#child.send(order);
  }

  signal(signal: 'SIGSTOP' | 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
