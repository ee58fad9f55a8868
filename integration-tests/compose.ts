/** deploy/compose.yaml, as data, and its Clew part as containers of Testcontainers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GenericContainer, Network, type StartedTestContainer, Wait } from 'testcontainers';
import { parse } from 'yaml';
import { RUN_LABEL } from '../tools/machine/docker.ts';
import { root } from '../tools/setup.mjs';

const START_MS = 120_000;

interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly networks?: readonly string[] | Readonly<Record<string, { readonly aliases?: readonly string[] }>>;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
}

export function readCompose(): ComposeFile {
  return parse(readFileSync(join(root, 'deploy/compose.yaml'), 'utf8'), { merge: true });
}

/** Names of the services that are Clew's own. */
export function clewServices({ services }: ComposeFile): string[] {
  return Object.keys(services).filter((name) => services[name]!.command?.at(-1)?.startsWith('services/'));
}

/** Names by which the others reach one: its own, and those that it shares. */
export function namesOf({ services }: ComposeFile, name: string): string[] {
  const { networks = [] } = services[name]!;
  const aliases = 'clew' in networks ? (networks.clew?.aliases ?? []) : [];
  return [name, ...aliases];
}

export interface RunningCompose extends AsyncDisposable {
  readonly containers: ReadonlyMap<string, StartedTestContainer>;
}

export interface ComposeTerms {
  /** Images for Clew and for Redis. */
  readonly clew: string;
  readonly redis: string;
  /** Which of Clew's services; Redis comes by itself. */
  readonly names: readonly string[];
}

/** Starts them on a network of their own, as the file says. Resolves when each says that it serves. */
export async function startCompose({ clew, redis, names }: ComposeTerms): Promise<RunningCompose> {
  await using owned = new AsyncDisposableStack();
  const network = await new Network().start();
  owned.defer(async () => {
    await network.stop();
  });
  const compose = readCompose();
  const containers = new Map<string, StartedTestContainer>();
  const start = async (name: string) => {
    const { command = [], environment = {}, ports = [] } = compose.services[name]!;
    const isRedis = name === 'redis';
    const container = new GenericContainer(isRedis ? redis : clew)
      .withLabels({ [RUN_LABEL]: process.env.CLEW_TEST_RUN ?? String(process.pid) })
      .withNetwork(network)
      .withNetworkAliases(...namesOf(compose, name))
      .withCommand([...command])
      .withEnvironment({ ...environment })
      .withTmpFs(isRedis ? { '/data': 'rw' } : { '/tmp': 'rw' })
      .withExposedPorts(...ports.map((published) => Number(published.split(':').at(-1))))
      // Not the image's health check: it looks every 15 seconds.
      .withWaitStrategy(Wait.forLogMessage(isRedis ? /Ready to accept connections/ : / serves"/))
      .withStartupTimeout(START_MS);
    if (isRedis) container.withWorkingDir('/data');
    const started = await container.start();
    owned.defer(async () => {
      await started.stop({ timeout: 5_000 });
    });
    containers.set(name, started);
  };
  await start('redis');
  await Promise.all(names.map(start));
  const kept = owned.move();
  return { containers, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
