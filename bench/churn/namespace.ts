import { run } from '../../tools/machine/command.ts';

/**
 * A network namespace of one's own with one cable to it, which can be pulled: packets are dropped both ways then, and
 * neither side is told. Linux and root only. Disposal removes all of it.
 */
export class Namespace implements AsyncDisposable {
  readonly #name: string;
  readonly #outside: string;
  readonly #inside: string;
  /** The address of the machine's end of the cable. */
  readonly hostAddress: string;

  private constructor(id: number) {
    this.#name = `clew-${id}`;
    this.#outside = `clew${id}a`;
    this.#inside = `clew${id}b`;
    this.hostAddress = `10.213.${id % 250}.1`;
  }

  /** Why there is none here; undefined where one can be had. */
  static async obstacle(): Promise<string | undefined> {
    if (process.platform !== 'linux') return 'network namespaces are Linux’ own';
    if (process.getuid?.() !== 0) return 'network namespaces want root';
    const name = `clew-try-${process.pid}`;
    const tried = await run('ip', ['netns', 'add', name]);
    if (tried.code !== 0) return `ip netns does not work here (${tried.output})`;
    await run('ip', ['netns', 'del', name]);
    return undefined;
  }

  static async create(): Promise<Namespace> {
    const made = new Namespace(process.pid % 100_000);
    const { address } = { address: made.hostAddress.replace(/1$/, '2') };
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
    await run('ip', ['link', 'del', this.#outside]);
    await run('ip', ['netns', 'del', this.#name]);
  }
}

async function ip(...args: string[]): Promise<void> {
  const { code, output } = await run('ip', args);
  if (code !== 0) throw new Error(`ip ${args.join(' ')}: ${output}`);
}
