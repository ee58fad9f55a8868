/**
 * A stack of one's own for a test file: a Redis in a container and all services as processes, on free ports. When a test
 * fails, what the services logged last is printed.
 */
import { after, afterEach, before } from 'node:test';
import { RedisRelay } from '@clew/service-kit/testing/test-redis';
import { type Stack, type StackOptions, StartFailed, startStack } from '../tools/start/stack.ts';
import { startRedis, type TestRedis } from './redis.ts';

export interface TestStack extends Stack {
  readonly redis: TestRedis;
  /** The services' way to Redis; throws in a stack that was not asked for one. */
  readonly relay: RedisRelay;
  /** Prints what all services logged last. */
  printLogs(): void;
}

export interface TestStackOptions extends Omit<StackOptions, 'redisUrl'> {
  /** The services reach Redis by a relay, which can be slow and silent. */
  readonly relayed?: boolean;
}

/** `await using stack = await startTestStack()`, for a test that wants a stack of its own. */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  await using owned = new AsyncDisposableStack();
  const redis = owned.use(await startRedis());
  const relay = options.relayed ? owned.use(await RedisRelay.open(redis.url)) : undefined;
  const redisUrl = relay?.url ?? redis.url;
  const stack = owned.use(await startStack({ ...options, redisUrl }).catch(withLog));
  const kept = owned.move();
  return {
    ...stack,
    redis,
    get relay() {
      if (relay === undefined) throw new Error('this stack has no relay');
      return relay;
    },
    printLogs: () => {
      for (const { name, log } of stack.services) console.error(`--- ${name}\n${log.join('\n')}`);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Why a service does not start is in its log. */
function withLog(error: unknown): never {
  if (error instanceof StartFailed) error.message += `:\n${error.log.slice(-15).join('\n')}`;
  throw error;
}

/**
 * At the top of a test file: a stack that all its tests share, started before the first and stopped after the last. The
 * function returns it, once the first test runs.
 */
export function stackForFile(options: TestStackOptions = {}): () => TestStack {
  let stack: TestStack | undefined;
  before(async () => {
    stack = await startTestStack(options);
  });
  afterEach((t) => {
    if ('passed' in t && t.passed === false) stack?.printLogs();
  });
  after(async () => {
    await stack?.[Symbol.asyncDispose]();
  });
  return () => {
    if (!stack) throw new Error('the stack starts with the first test');
    return stack;
  };
}
