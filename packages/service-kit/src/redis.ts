import { Redis } from 'ioredis';
import type { Log } from './log.ts';
import { unavailable } from './service-error.ts';

/**
 * One connection for the life of the process. Commands fail fast: no offline queue (M3), no silent second run of a
 * script, a time-out each. The connection itself comes back by backoff, for ever: liveness never depends on Redis.
 */
export function connectRedis(url: string, log: Log): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 2_000,
    connectTimeout: 2_000,
    socketTimeout: 10_000,
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

/** Turns what ioredis throws into UNAVAILABLE, reason REDIS_AWAY, with RetryInfo. */
export function redisFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const away =
    /Connection is closed|Command timed out|max retries|enableOfflineQueue|ECONN|EPIPE|Socket timeout/i.test(
      error.message,
    ) || /^(OOM|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF)\b/.test(error.message);
  if (!away) return error;
  const failure = unavailable('REDIS_AWAY', 'the store is away', 1_000);
  failure.cause = error;
  return failure;
}
