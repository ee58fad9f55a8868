/**
 * A real Redis of one's own, in a container of Testcontainers. It writes every command to its log, as in production, so that
 * it can be stopped and come back with its data; its port stays the same over that.
 */
import { Redis } from 'ioredis';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { RUN_LABEL } from '../tools/machine/docker.ts';
import { freePorts } from '../tools/start/ports.ts';
import { untilRedisAnswers } from '../tools/start/redis-answers.ts';

const ANSWER_WITHIN_MS = 20_000;
/** Commands that cost some 100 µs each, of a few bytes each in the log. */
const BURDEN_BYTES = 500_000;
const BURDEN_COMMANDS = 20_000;
const BURDEN_TRIP = 500;

const loads = (error: unknown) => error instanceof Error && error.message.startsWith('LOADING');

export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  /** A client of the test's own, closed with the container. Commands wait while Redis is away. */
  readonly client: Redis;
  /** Stops Redis as an operator would; its data stays. With SIGKILL it may lose the last second. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** The same, and its data is lost. */
  stopEmpty(): Promise<void>;
  /** Starts it again, with its data; resolves when it answers. */
  start(): Promise<void>;
  /** Does so much that the log takes seconds to load at the next start. */
  burden(): Promise<void>;
  /** Whether it is up, and answers -LOADING. */
  isLoading(): Promise<boolean>;
  /** Throws all data away. */
  flush(): Promise<void>;
  /** Freezes it: connections stay open, nothing answers. */
  pause(): Promise<void>;
  unpause(): Promise<void>;
}

/** `env` tells the image and the run that the container belongs to, as the runner of the tests says. */
export async function startRedis(env: Readonly<Record<string, string | undefined>> = process.env): Promise<TestRedis> {
  const image = env.CLEW_TEST_REDIS_IMAGE;
  if (!image)
    throw new Error('CLEW_TEST_REDIS_IMAGE is not set: run integration tests by `npm test -- integration-tests/…`');
  const [port] = await freePorts(1);
  const started = await new GenericContainer(image)
    .withLabels({ [RUN_LABEL]: env.CLEW_TEST_RUN ?? String(process.pid) })
    .withExposedPorts({ container: 6379, host: port! })
    .withCommand([
      ...['redis-server', '--bind', '0.0.0.0', '--protected-mode', 'no', '--save', ''],
      ...['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--dir', '/var/tmp'],
    ])
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .start();
  return new ContainedRedis(started, port!);
}

class ContainedRedis implements TestRedis {
  readonly url: string;
  readonly client: Redis;
  readonly #container: StartedTestContainer;

  constructor(container: StartedTestContainer, port: number) {
    this.#container = container;
    this.url = `redis://127.0.0.1:${port}`;
    this.client = new Redis(this.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    this.client.on('error', () => {}); // Tests take Redis away on purpose.
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const engine = await this.#engine();
    await engine.kill({ signal });
    await engine.wait();
  }

  async stopEmpty(): Promise<void> {
    const gone = (await this.#engine()).wait();
    // By a client that does not come back to say it again; in one go, so that nobody writes in between.
    const client = new Redis(this.url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
    client.on('error', () => {});
    await client.pipeline().flushall().call('SHUTDOWN').exec();
    await gone;
  }

  async burden(): Promise<void> {
    const bits = 'test:bits';
    await this.client.setbit(bits, 8 * BURDEN_BYTES, 1);
    for (let left = BURDEN_COMMANDS; left > 0; left -= BURDEN_TRIP) {
      const trip = this.client.pipeline();
      for (let nth = 0; nth < BURDEN_TRIP; nth += 1) trip.bitop('NOT', bits, bits);
      await trip.exec();
    }
    await this.client.del(bits);
  }

  async isLoading(): Promise<boolean> {
    // Without the check for readiness, which waits until it has loaded.
    const client = new Redis(this.url, { enableReadyCheck: false, retryStrategy: () => null, lazyConnect: true });
    client.on('error', () => {});
    try {
      await client.connect();
      return await client.ping().then(() => false, loads);
    } catch (error) {
      return loads(error);
    } finally {
      client.disconnect();
    }
  }

  async start(): Promise<void> {
    await (await this.#engine()).start();
    await untilRedisAnswers(this.url, AbortSignal.timeout(ANSWER_WITHIN_MS));
  }

  async flush(): Promise<void> {
    await this.client.flushall();
  }

  async pause(): Promise<void> {
    await (await this.#engine()).pause();
  }

  async unpause(): Promise<void> {
    await (await this.#engine()).unpause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.disconnect();
    await (await this.#engine()).remove({ force: true, v: true });
  }

  /** The container as dockerode knows it: Testcontainers itself can neither pause nor start one again. */
  async #engine() {
    return (await getContainerRuntimeClient()).container.getById(this.#container.getId());
  }
}
