/**
 * A stack of one's own for a test file: a Redis in a container and all services as processes, on free ports. When a test
 * fails, what the services logged last is printed.
 */
import { after, afterEach, before } from 'node:test';
import { type Stack, type StackOptions, StartFailed, startStack } from '../tools/start/stack.ts';
import { startRedis, type TestRedis } from './redis.ts';

export interface TestStack extends Stack {
  readonly redis: TestRedis;
  /** Prints what all services logged last. */
  printLogs(): void;
}

export type TestStackOptions = Omit<StackOptions, 'redisUrl'>;

/** `await using stack = await startTestStack()`, for a test that wants a stack of its own. */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  await using owned = new AsyncDisposableStack();
  const redis = owned.use(await startRedis());
  const stack = owned.use(await startStack({ ...options, redisUrl: redis.url }).catch(withLog));
  const kept = owned.move();
  return {
    ...stack,
    redis,
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
