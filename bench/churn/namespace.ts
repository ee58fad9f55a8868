import { spawnSync } from 'node:child_process';
import { isAlive } from '../../tools/machine/alive.ts';
import { run } from '../../tools/machine/command.ts';

const PREFIX = 'clew-';

/**
 * A network namespace of one's own with one cable to it, which can be pulled: packets are dropped both ways then, and
 * neither side is told. Linux and root only. Disposal removes all of it, and so does the end of the process; what a killed one
 * left is removed by the next.
 */
export class Namespace implements AsyncDisposable {
  readonly #name: string;
  readonly #outside: string;
  readonly #inside: string;
  /** The address of the machine's end of the cable. */
  readonly hostAddress: string;

  private constructor(pid: number) {
    this.#name = `${PREFIX}${pid}`;
    this.#outside = `clew${pid}a`;
    this.#inside = `clew${pid}b`;
    this.hostAddress = `10.213.${pid % 250}.1`;
  }

  /** Why there is none here; undefined where one can be had. */
  static async obstacle(): Promise<string | undefined> {
    if (process.platform !== 'linux') return 'network namespaces are Linux’ own';
    if (process.getuid?.() !== 0) return 'network namespaces want root';
    const name = `try-clew-${process.pid}`;
    const tried = await run('ip', ['netns', 'add', name]);
    if (tried.code !== 0) return `ip netns does not work here (${tried.output})`;
    await run('ip', ['netns', 'del', name]);
    return undefined;
  }

  static async create(): Promise<Namespace> {
    await removeAbandoned();
    const made = new Namespace(process.pid);
    const address = made.hostAddress.replace(/1$/, '2');
    process.once('exit', made.#removeAtExit);
    try {
      await ip('netns', 'add', made.#name);
      await ip('link', 'add', made.#outside, 'type', 'veth', 'peer', 'name', made.#inside, 'netns', made.#name);
      await ip('addr', 'add', `${made.hostAddress}/30`, 'dev', made.#outside);
      await ip('link', 'set', made.#outside, 'up');
      await ip('-n', made.#name, 'addr', 'add', `${address}/30`, 'dev', made.#inside);
      await made.plug();
      return made;
    } catch (error) {
      await made[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What a command line begins with that runs inside. */
  get prefix(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#name];
  }

  plug(): Promise<void> {
    return ip('-n', this.#name, 'link', 'set', this.#inside, 'up');
  }

  unplug(): Promise<void> {
    return ip('-n', this.#name, 'link', 'set', this.#inside, 'down');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#removeAtExit);
    await run('ip', ['link', 'del', this.#outside]);
    await run('ip', ['netns', 'del', this.#name]);
  }

  readonly #removeAtExit = () => {
    spawnSync('ip', ['link', 'del', this.#outside]);
    spawnSync('ip', ['netns', 'del', this.#name]);
  };
}

/** Those of processes that were killed: the cable goes with its inner end. */
async function removeAbandoned(): Promise<void> {
  const { output } = await run('ip', ['netns', 'list']);
  for (const [, name, pid] of output.matchAll(new RegExp(`^(${PREFIX}(\\d+))\\b`, 'gm'))) {
    if (!isAlive(Number(pid))) await run('ip', ['netns', 'del', name!]);
  }
}

async function ip(...args: string[]): Promise<void> {
  const { code, output } = await run('ip', args);
  if (code !== 0) throw new Error(`ip ${args.join(' ')}: ${output}`);
}
