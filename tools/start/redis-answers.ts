import { setTimeout as delay } from 'node:timers/promises';

const ANSWER_WITHIN_MS = 2_000;
const ASK_EVERY_MS = 25;

/** Asks once. Undefined when Redis answers, else why it does not, in words for people. */
export async function whyRedisIsAway(url: string): Promise<string | undefined> {
  const { Redis } = await import('ioredis'); // Takes a while to load: meanwhile a Redis can start.
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: ANSWER_WITHIN_MS,
    commandTimeout: ANSWER_WITHIN_MS,
  });
  let reason: string | undefined;
  redis.on('error', (error: Error) => {
    reason = error.message;
  });
  try {
    await redis.connect();
    await redis.ping();
    return undefined;
  } catch (error) {
    return reason ?? (error as Error).message;
  } finally {
    redis.disconnect();
  }
}

/** Resolves when Redis answers (it may be loading its data); rejects when `signal` aborts. */
export async function untilRedisAnswers(url: string, signal: AbortSignal): Promise<void> {
  while ((await whyRedisIsAway(url)) !== undefined) {
    signal.throwIfAborted();
    await delay(ASK_EVERY_MS, undefined, { signal });
  }
}
