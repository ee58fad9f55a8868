import { Redis } from 'ioredis';
import type { Log } from './log.ts';
import { unavailable } from './service-error.ts';

export interface RedisOptions {
  /** How long a command may take before it fails. */
  readonly commandTimeoutMs?: number;
  /** How long Redis may owe an answer before the connection is given up and made anew. */
  readonly socketTimeoutMs?: number;
}

/**
 * One connection for the life of the process. Commands fail fast: no offline queue (M3), no silent second run of a
 * script, a time-out each. The connection itself comes back by backoff, for ever: liveness never depends on Redis.
 */
export function connectRedis(url: string, log: Log, options: RedisOptions = {}): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: options.commandTimeoutMs ?? 2_000,
    connectTimeout: 2_000,
    socketTimeout: options.socketTimeoutMs ?? 10_000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000) * (0.5 + Math.random() / 2),
  });
  let complained = false;
  redis.on('error', (error: Error) => {
    if (!complained) log.warn({ err: error }, 'Redis is away');
    complained = true;
  });
  redis.on('ready', () => {
    if (complained) log.info('Redis is back');
    complained = false;
  });
  return redis;
}

/** Waits until Redis answers, or the signal. Commands before that would fail fast. */
export async function redisReady(redis: Redis, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const settle = (act: () => void) => {
      redis.off('ready', onReady);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onReady = () => settle(resolve);
    const onAbort = () => settle(() => reject(signal.reason));
    redis.on('ready', onReady);
    signal.addEventListener('abort', onAbort);
  });
}

/** What Redis answers when it cannot do its part now. Any other error that it answers is a fault of ours. */
const notNow = /^(OOM|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF|BUSY|UNKILLABLE)\b/;

/**
 * Turns what ioredis throws into UNAVAILABLE, reason REDIS_AWAY, with RetryInfo: whatever is no answer of Redis is a
 * failure of the way to it (closed, timed out, aborted). A fault of ours stays as it is.
 */
export function redisFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return error;
  if (error.name === 'ReplyError' && !notNow.test(error.message)) return error;
  const failure = unavailable('REDIS_AWAY', 'the store is away', 1_000);
  failure.cause = error;
  return failure;
}
