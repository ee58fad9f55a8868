/** deploy/compose.yaml, its Clew part, as containers of Testcontainers: on a network of their own, by the names it gives them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GenericContainer, Network, type StartedTestContainer, Wait } from 'testcontainers';
import { parse } from 'yaml';
import { RUN_LABEL } from '../tools/machine/docker.ts';
import { root } from '../tools/setup.mjs';

const START_MS = 120_000;

interface ComposeService {
  readonly image: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
}

export function readCompose(): ComposeFile {
  return parse(readFileSync(join(root, 'deploy/compose.yaml'), 'utf8'), { merge: true });
}

/** Names of the services that are Clew's own. */
export function clewServices({ services }: ComposeFile): string[] {
  return Object.keys(services).filter((name) => services[name]!.image.startsWith('${CLEW_IMAGE'));
}

export interface RunningCompose extends AsyncDisposable {
  readonly containers: ReadonlyMap<string, StartedTestContainer>;
}

export interface ComposeImages {
  readonly clew: string;
  readonly redis: string;
}

/** Starts Redis and Clew as the file says, but with these images. Resolves when all containers run. */
export async function startCompose(images: ComposeImages): Promise<RunningCompose> {
  await using owned = new AsyncDisposableStack();
  const labels = { [RUN_LABEL]: process.env.CLEW_TEST_RUN ?? String(process.pid) };
  const network = await new Network({ nextUuid: () => `clew-test-${process.pid}` }).start();
  owned.defer(async () => {
    await network.stop();
  });
  const compose = readCompose();
  const containers = new Map<string, StartedTestContainer>();
  const start = async (name: string) => {
    const { command, environment = {}, ports = [] } = compose.services[name]!;
    const isRedis = name === 'redis';
    const container = new GenericContainer(isRedis ? images.redis : images.clew)
      .withLabels(labels)
      .withNetwork(network)
      .withNetworkAliases(name)
      .withCommand([...command])
      .withEnvironment({ ...environment })
      .withExposedPorts(...ports.map((published) => Number(published.split(':')[1])))
      .withWaitStrategy(Wait.forLogMessage(isRedis ? /Ready to accept connections/ : / serves"/))
      .withStartupTimeout(START_MS);
    if (isRedis) container.withTmpFs({ '/data': 'rw' }).withWorkingDir('/data');
    const started = await container.start();
    owned.defer(async () => {
      await started.stop();
    });
    containers.set(name, started);
  };
  await start('redis');
  await Promise.all(clewServices(compose).map(start));
  const kept = owned.move();
  return { containers, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
