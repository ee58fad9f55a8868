import { Cluster, Redis } from 'ioredis';
import type { Log } from './log.ts';
import { parseRedisUrl, type RedisTarget } from './redis-url.ts';
import { unavailable } from './service-error.ts';

export interface RedisOptions {
  /** How long a command may take before it fails. */
  readonly commandTimeoutMs?: number;
  /** How long Redis may owe an answer before the connection is given up and made anew. */
  readonly socketTimeoutMs?: number;
}

/**
 * One connection for the life of the process, to one server, to the master that Sentinel names, or to a Cluster, as the URL
 * says (redis-url.ts). Commands fail fast: no offline queue (M3), no silent second run of a script, a time-out each. The
 * connection itself comes back by backoff, for ever: liveness never depends on Redis.
 *
 * What a Cluster cannot do like one server (pipelines over many slots, commands to all nodes) is in one-trip.ts and
 * `masters`; all else is the same, so one type stands for all of them.
 */
export function connectRedis(url: string, log: Log, options: RedisOptions = {}): Redis {
  const target = parseRedisUrl(url);
  if (target === undefined) throw new RangeError('no URL of Redis');
  const redis = connect(target, options);
  let complained = false;
  redis.on('error', (error: Error) => {
    if (!complained) log.warn({ reason: error.message }, 'Redis is away');
    complained = true;
  });
  redis.on('ready', () => {
    if (complained) log.info('Redis is back');
    complained = false;
  });
  return redis;
}

function connect(target: RedisTarget, { commandTimeoutMs, socketTimeoutMs }: RedisOptions): Redis {
  const { isTls, username, password } = target;
  const common = {
    ...(isTls && { tls: {} }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    autoResendUnfulfilledCommands: false,
    commandTimeout: commandTimeoutMs ?? 2_000,
    connectTimeout: 2_000,
    // While it loads its data it says how long that will take, and says it badly: ask again soon.
    maxLoadingRetryTime: 500,
    socketTimeout: socketTimeoutMs ?? 10_000,
  };
  const direct = { ...common, enableOfflineQueue: false, maxRetriesPerRequest: 0, retryStrategy: backoffMs };
  switch (target.kind) {
    case 'single':
      return new Redis({ ...target.node, db: target.database, ...direct });
    case 'sentinel':
      return new Redis({
        ...direct,
        sentinels: [...target.nodes],
        name: target.masterName,
        ...(isTls && { enableTLSForSentinelMode: true }),
        sentinelRetryStrategy: backoffMs,
        // A master that became a replica takes no writes: the sentinels know who does.
        reconnectOnError: (error) => error.message.startsWith('READONLY'),
        // No failoverDetector: when it hears of the failover while a connection is being made, the client ends for good.
      });
    case 'cluster':
      return new Cluster([...target.nodes], {
        enableOfflineQueue: false,
        clusterRetryStrategy: backoffMs,
        redisOptions: common,
        // While slots move or a replica is promoted, a command waits no longer than it may take anyway.
        maxRedirections: 8,
        retryDelayOnFailover: 100,
        retryDelayOnClusterDown: 100,
        slotsRefreshTimeout: 2_000,
        slotsRefreshInterval: 5_000,
      }) as unknown as Redis;
  }
}

function backoffMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 5), 1_000) * (0.5 + Math.random() / 2);
}

/** The servers that hold the keys, for what must be asked of each of them. */
export function masters(redis: Redis): Redis[] {
  return redis.isCluster ? (redis as unknown as Cluster).nodes('master') : [redis];
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
const notNow = /^(OOM|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|NOREPLICAS|MISCONF|BUSY|UNKILLABLE)\b/;

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
