import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** Below those that the system hands out, and so low that the port that a node of a cluster takes for its bus is, too. */
const FIRST_PORT = 12_000;
const LAST_PORT = 22_000;
const BUS_OFFSET = 10_000;
const MASTER_NAME = 'clew';
const ASK_EVERY_MS = 25;

/** Real servers of a test's own, from the redis-server on PATH, in a folder of their own; all end with the test. */
export class RedisProcesses implements AsyncDisposable {
  readonly #folder: string;
  /** M3: as many as the test starts. */
  readonly #nodes: RedisNodeProcess[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<RedisProcesses> {
    return new RedisProcesses(await mkdtemp(join(tmpdir(), 'clew-redis-')));
  }

  /** One server, which logs every write unless told otherwise. */
  async server(settings: Readonly<Record<string, string>> = {}): Promise<RedisNodeProcess> {
    const port = await freePort();
    const folder = await mkdtemp(join(this.#folder, 'node-'));
    const all = { bind: '127.0.0.1', port: String(port), dir: folder, save: '', appendonly: 'yes', ...settings };
    const args = Object.entries({ 'maxmemory-policy': 'noeviction', ...all });
    return this.#start(
      port,
      args.flatMap(([name, value]) => [`--${name}`, value]),
    );
  }

  /** Masters without replicas that share the slots. */
  async cluster(count = 3): Promise<{ readonly url: string; readonly nodes: readonly RedisNodeProcess[] }> {
    const settings = { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1', 'cluster-node-timeout': '2000' };
    const nodes = await Promise.all(Array.from({ length: count }, () => this.server(settings)));
    const slots = 16_384;
    for (const [index, node] of nodes.entries()) {
      const [from, below] = [Math.floor((slots * index) / count), Math.floor((slots * (index + 1)) / count)];
      await node.client.call('CLUSTER', 'ADDSLOTSRANGE', from, below - 1);
      if (index > 0) await node.client.call('CLUSTER', 'MEET', '127.0.0.1', nodes[0]!.port);
    }
    for (const { client } of nodes) {
      await until(async () => {
        const info = String(await client.call('CLUSTER', 'INFO'));
        return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`);
      });
    }
    return { url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`, nodes };
  }

  /** A master, a replica that follows it, and a sentinel that promotes the replica when the master is gone. */
  async sentinel(): Promise<{
    readonly url: string;
    readonly master: RedisNodeProcess;
    readonly replica: RedisNodeProcess;
  }> {
    const master = await this.server();
    const replica = await this.server({ replicaof: `127.0.0.1 ${master.port}` });
    await until(async () => (await replica.client.info('replication')).includes('master_link_status:up'));
    const port = await freePort();
    const file = join(this.#folder, `sentinel-${port}.conf`);
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${this.#folder}`,
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${MASTER_NAME} 1000`,
      `sentinel failover-timeout ${MASTER_NAME} 5000`,
    ];
    await writeFile(file, lines.join('\n'));
    const sentinel = await this.#start(port, [file, '--sentinel']);
    await until(async () => {
      const replicas = (await sentinel.client.call('SENTINEL', 'REPLICAS', MASTER_NAME)) as unknown[];
      return replicas.length === 1;
    });
    return { url: `redis+sentinel://127.0.0.1:${port}/${MASTER_NAME}`, master, replica };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.kill()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start(port: number, args: readonly string[]): Promise<RedisNodeProcess> {
    const node = new RedisNodeProcess(port, args);
    this.#nodes.push(node);
    await node.start();
    return node;
  }
}

/** One server, and a client of it. */
export class RedisNodeProcess {
  readonly port: number;
  readonly client: Redis;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.#args = args;
    this.client = new Redis(port, '127.0.0.1', {
      maxRetriesPerRequest: null,
      retryStrategy: () => 50,
      lazyConnect: true,
    });
    this.client.on('error', () => {}); // It comes and goes as the test says.
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, with what it has on disk; resolves when it answers. */
  async start(): Promise<void> {
    const child = spawn('redis-server', this.#args, { stdio: ['ignore', 'pipe', 'inherit'] });
    // It tells there why it does not start; it must be read, or the server stops at a full pipe.
    child.stdout.resume();
    this.#child = child;
    const ended = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`redis-server on port ${this.port} ended (${signal ?? `exit code ${code}`})`);
    });
    ended.catch(() => {}); // later it ends as the test wants it
    // A ping waits for a server for as long as there is none.
    await until(async () => (await Promise.race([this.client.ping(), ended])) === 'PONG');
  }

  /** Ends it at once: no good-bye, nothing is written any more. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
    this.client.disconnect();
  }

  /** Stops it as an operator would; its client waits for the next start. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(ASK_EVERY_MS);
}

/** Nobody listens there, nor where the node's bus would be. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if ((await isFree(port)) && (await isFree(port + BUS_OFFSET))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
