/**
 * The Redis of `npm start`: the one that CLEW_REDIS_URL names, or else a private one, looked for in this order: on PATH, in
 * Docker, in the distribution's packages. A private one listens on loopback only, writes its data to a folder of ours,
 * is started again when it dies, and ends with us, even when we are killed: it runs on a leash (leash.sh).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseRedisUrl } from '@clew/service-kit/redis-url';
import { run } from '../machine/command.ts';
import { debianAsRoot, installPackages } from '../machine/debian.ts';
import { findProgram } from '../machine/programs.ts';
import { SetupFault } from '../setup.mjs';
import { freePorts } from './ports.ts';
import { untilRedisAnswers, whyRedisIsAway } from './redis-answers.ts';
import { type ProcessObserver, SupervisedProcess } from './supervised-process.ts';

const PROGRAMS = ['redis-server', 'valkey-server'];
const IMAGE = 'redis:7.2-alpine';
const ANSWER_WITHIN_MS = 30_000;
const STOP_MS = 5_000;
const DEATHS_AT_START_MAX = 3;
/** Of what it says before it answers, for the case that it never does. */
const FIRST_LINES_MAX = 100;

export interface RunningRedis {
  readonly url: string;
  /** "redis-server, data in …": for the log. */
  readonly origin: string;
  /** Resolves when it answers; rejects with a SetupFault when it does not start. */
  readonly answers: Promise<void>;
  stop(): Promise<void>;
}

export interface RedisOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a private one keeps its data. */
  readonly folder: string;
  /** Told before something that takes long. */
  readonly say: (line: string) => void;
  readonly observer: ProcessObserver;
  readonly signal: AbortSignal;
}

/** Rejects with a SetupFault where none can be had, or the named one does not answer. */
export async function findRedis(options: RedisOptions): Promise<RunningRedis> {
  const url = options.env.CLEW_REDIS_URL;
  if (url) return given(url);
  const program = findProgram(PROGRAMS, options.env.PATH);
  if (program) return startPrivate(programLaunch(program, options.folder), options);
  const image = await imageInDocker(options);
  if (image) return startPrivate(dockerLaunch(image, options.folder), options);
  if (debianAsRoot()) {
    options.say('Installing redis-server …');
    await installPackages(['redis-server'], options.signal);
    const installed = findProgram(PROGRAMS, options.env.PATH);
    if (installed) return startPrivate(programLaunch(installed, options.folder), options);
  }
  throw new SetupFault(
    'there is no Redis. Install redis-server or valkey-server, or start Docker, or name one: CLEW_REDIS_URL=redis://host:port',
  );
}

async function given(url: string): Promise<RunningRedis> {
  const target = parseRedisUrl(url);
  // Of Sentinel and Cluster it is the services that tell when they do not answer.
  const reason =
    target === undefined ? 'not a URL of Redis' : target.kind === 'single' ? await whyRedisIsAway(url) : undefined;
  const shown = url.replace(/\/\/.*@/, '//…@');
  if (reason !== undefined) {
    throw new SetupFault(
      `Redis at ${shown} cannot be reached (${reason}). Start it, or unset CLEW_REDIS_URL for a private one`,
    );
  }
  return { url, origin: `${shown}, as CLEW_REDIS_URL says`, answers: Promise.resolve(), stop: async () => {} };
}

interface Launch {
  readonly command: (port: number) => readonly string[];
  readonly origin: string;
}

/** Every write is logged, nothing is evicted: sessions are no cache. */
function redisArgs(port: number, folder: string): string[] {
  const settings = {
    port,
    dir: folder,
    appendonly: 'yes',
    save: '',
    'maxmemory-policy': 'noeviction',
    loglevel: 'warning',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

function programLaunch(program: string, folder: string): Launch {
  return {
    command: (port) => [program, ...redisArgs(port, folder), '--bind', '127.0.0.1'],
    origin: `${program}, data in ${folder}`,
  };
}

function dockerLaunch(image: string, folder: string): Launch {
  const user = process.getuid && process.getgid ? ['--user', `${process.getuid()}:${process.getgid()}`] : [];
  return {
    command: (port) => [
      ...['docker', 'run', '--rm', '--name', `clew-redis-${port}`, '--publish', `127.0.0.1:${port}:6379`],
      ...['--volume', `${folder}:/data`, ...user, image],
      // All of the container's addresses: only the published one can be reached.
      ...['redis-server', ...redisArgs(6379, '/data'), '--bind', '0.0.0.0', '--protected-mode', 'no'],
    ],
    origin: `${image} in Docker, data in ${folder}`,
  };
}

async function startPrivate(launch: Launch, { folder, observer, signal, env }: RedisOptions): Promise<RunningRedis> {
  mkdirSync(folder, { recursive: true });
  const [port] = await freePorts(1);
  const url = `redis://127.0.0.1:${port}`;
  const giveUp = new AbortController();
  let answered = false;
  const first: string[] = [];
  const process = new SupervisedProcess(
    {
      name: 'redis',
      command: join(import.meta.dirname, 'leash.sh'),
      args: launch.command(port!),
      env,
      stopMs: STOP_MS,
      leashed: true,
    },
    {
      line: (line) => {
        if (answered) observer.line(line);
        else if (first.length < FIRST_LINES_MAX) first.push(line);
      },
      died: (how, restartMs) => {
        if (!answered && process.deaths >= DEATHS_AT_START_MAX) giveUp.abort();
        else observer.died(how, restartMs);
      },
    },
  );
  process.start();
  const answers = async () => {
    try {
      await untilRedisAnswers(url, AbortSignal.any([signal, giveUp.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]));
      answered = true;
    } catch {
      signal.throwIfAborted();
      first.forEach(observer.line);
      throw new SetupFault(
        `Redis does not start (${launch.origin}). Its log is above; if its data is broken, delete that folder`,
      );
    }
  };
  return { url, origin: launch.origin, answers: answers(), stop: () => process.stop() };
}

/** An image that the Docker engine has or can pull; undefined where there is no engine, or none can be pulled. */
async function imageInDocker({ env, say, signal }: RedisOptions): Promise<string | undefined> {
  const docker = (args: string[], timeoutMs: number) => run('docker', args, { env, signal, timeoutMs });
  const image = env.CLEW_REDIS_IMAGE ?? IMAGE;
  if ((await docker(['info'], 5_000)).code !== 0) return undefined;
  if ((await docker(['image', 'inspect', image], 5_000)).code === 0) return image;
  say(`Pulling ${image} …`);
  return (await docker(['pull', '--quiet', image], 120_000)).code === 0 ? image : undefined;
}
