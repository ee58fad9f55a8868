import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePorts, isFree } from '../tools/start/ports.ts';
import { until } from './until.ts';

/** `npm start` as people use it: in a terminal of its own, told to stop by Ctrl-C, by others' signals, or not at all. */
const root = fileURLToPath(new URL('..', import.meta.url));

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** The command line, then the environment. */
  readonly command: string;
}

class NpmStart {
  readonly port: number;
  readonly mark = crypto.randomUUID();
  readonly ended: Promise<number | null>;
  output = '';
  readonly #npm: ChildProcess;
  readonly #known = new Set<number>();

  private constructor(port: number, flags: readonly string[], env: Readonly<Record<string, string>>) {
    this.port = port;
    const { CLEW_REDIS_URL: _, ...environment } = process.env;
    this.#npm = spawn('npm', ['start', '--', '--port', String(port), ...flags], {
      cwd: root,
      detached: true, // A process group, as a terminal makes one.
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, ...env, CLEW_TEST_MARK: this.mark, NO_COLOR: '1' },
    });
    for (const stream of [this.#npm.stdout!, this.#npm.stderr!]) {
      stream.on('data', (chunk) => {
        this.output += chunk;
      });
    }
    this.ended = once(this.#npm, 'close').then(([code]) => code);
  }

  static async run(
    t: TestContext,
    flags: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<NpmStart> {
    const [port] = await freePorts(1);
    const start = new NpmStart(port! - (port! % 2), flags, env);
    t.after(() => {
      for (const { pid } of start.processes()) process.kill(pid, 'SIGKILL');
      rmSync(join(root, '.clew', `redis-${start.port}`), { recursive: true, force: true });
      if (!t.passed) console.error(start.output);
    });
    return start;
  }

  async ready(): Promise<void> {
    await until('it is ready', () => this.output.includes('open http://'), 60_000);
    assert.ok(this.pidOf('redis-server 127.0.0.1'));
  }

  /** As the terminal does: to everybody in the foreground. */
  ctrlC(): void {
    process.kill(-this.#npm.pid!, 'SIGINT');
  }

  /** Process ids of what it started whose command line holds this. */
  pidsOf(part: string): number[] {
    return this.processes().flatMap(({ pid, command }) => (command.includes(part) ? pid : []));
  }

  pidOf(part: string): number {
    const [pid] = this.pidsOf(part);
    assert.ok(pid, `${part} runs`);
    return pid;
  }

  /**
   * Everything that runs because of it: what carries its mark in its environment, and children of those (Redis paints its
   * title over its environment), also after their parents are gone.
   */
  processes(): Process[] {
    const lines = execFileSync('ps', ['axeww', '-o', 'pid,ppid,command'], { maxBuffer: 1 << 28 })
      .toString()
      .split('\n');
    const all = lines.flatMap((line): Process[] => {
      const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
    });
    for (const { pid, parent, command } of all) {
      if (command.includes(`CLEW_TEST_MARK=${this.mark}`) || this.#known.has(parent)) this.#known.add(pid);
    }
    return all.filter(({ pid }) => this.#known.has(pid));
  }

  async leavesNothing(): Promise<void> {
    await until('all its processes are gone', () => this.processes().length === 0);
    assert.ok(await isFree(this.port));
    assert.ok(await isFree(this.port + 1));
  }
}

test('serves the page; Ctrl-C stops everything, Redis last', async (t) => {
  const start = await NpmStart.run(t);
  await start.ready();
  const page = await fetch(`http://127.0.0.1:${start.port}/`);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<html/i);
  assert.doesNotMatch(start.output, /Server initialized/, 'Redis says nothing that nobody needs');
  start.ctrlC();
  assert.equal(await start.ended, 0);
  const order = [
    'edge-1 .*stopped',
    'simulation-1 .*stopped',
    'matchmaking-1 .*stopped',
    'session-1 .*stopped',
    'redis .*bye',
    'clew .*stopped',
  ];
  assert.match(start.output, new RegExp(order.join('[^]*')));
  await start.leavesNothing();
});

test('a child that dies comes back, and one says so', async (t) => {
  const start = await NpmStart.run(t);
  await start.ready();
  const pid = start.pidOf(join('services', 'matchmaking'));
  process.kill(pid, 'SIGKILL');
  await until('one says so', () => /matchmaking-1 died \(SIGKILL\); starting it again/.test(start.output));
  await until('it is back', () => start.pidsOf(join('services', 'matchmaking')).some((other) => other !== pid));
  start.ctrlC();
  assert.equal(await start.ended, 0);
});

test('a second Ctrl-C ends it at once', async (t) => {
  const start = await NpmStart.run(t);
  await start.ready();
  process.kill(start.pidOf(join('services', 'edge')), 'SIGSTOP'); // An edge that cannot stop by itself.
  start.ctrlC();
  await until('it stops', () => start.output.includes('stopping …'));
  await new Promise((resolve) => setTimeout(resolve, 400)); // What comes sooner is the same Ctrl-C.
  start.ctrlC();
  assert.equal(await start.ended, 1);
  await start.leavesNothing();
});

for (const part of [join('tools', 'start', 'main.ts'), join('tools', 'start.mjs')]) {
  test(`when ${part} is killed, nothing stays behind`, async (t) => {
    const start = await NpmStart.run(t);
    await start.ready();
    process.kill(start.pidOf(part), 'SIGKILL');
    await start.leavesNothing();
  });
}

test('when npm is killed, nothing stays behind', async (t) => {
  const start = await NpmStart.run(t);
  await start.ready();
  process.kill(start.pidOf('npm start'), 'SIGKILL');
  await start.leavesNothing();
});

test('a port in use is told in one line', async (t) => {
  const start = await NpmStart.run(t);
  await start.ready();
  const other = await refused(['--port', String(start.port)]);
  assert.match(
    other,
    new RegExp(`^npm start: port ${start.port} is in use. Choose another one: npm start -- --port \\d+\\n$`),
  );
  start.ctrlC();
  await start.ended;
});

test('a bad flag is told in one line', async () => {
  assert.match(await refused(['--bots', 'many']), /^npm start: --bots must be a whole number.*\n$/);
});

test('a Redis that cannot be reached is told in one line', async () => {
  const deaf = createServer().listen(0, '127.0.0.1');
  await once(deaf, 'listening');
  const { port } = deaf.address() as { port: number };
  deaf.close();
  const told = await refused([], { CLEW_REDIS_URL: `redis://user:secret@127.0.0.1:${port}` });
  assert.match(told, /^npm start: Redis at redis:\/\/…@127.0.0.1:\d+ cannot be reached \(.*ECONNREFUSED.*\n$/);
});

/** Runs what `npm start` runs, which must fail; returns what it says on stderr. */
async function refused(flags: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const child = spawn('node', [join(root, 'tools', 'start.mjs'), ...flags], { env: { ...process.env, ...env } });
  let told = '';
  child.stderr.on('data', (chunk) => {
    told += chunk;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 1);
  return told;
}
