import type { Counters } from '@clew/service-kit/counters';
import { measureRedis } from '@clew/service-kit/telemetry/redis-metrics';
import { measureRedisServer } from '@clew/service-kit/telemetry/redis-survey';
import type { Telemetry } from '@clew/service-kit/telemetry/telemetry';
import type { Redis } from 'ioredis';
import { LeaseSurvey } from './lease-survey.ts';
import type { SessionCounter } from './session-counters.ts';

/** How sessions end, by the counter that tells it. */
const endings = {
  ended: 'session.ended',
  kicked: 'session.kicked',
  expired: 'session.expired',
  replaced: 'session.replaced',
} as const;

export interface SessionMeasures {
  readonly redis: Redis;
  readonly counters: Counters<SessionCounter>;
  /** How long ago this process swept. */
  readonly sweepAgeMs: () => number;
}

/** What a session instance measures beyond its counters and collections. */
export function measureSession(telemetry: Telemetry, { redis, counters, sweepAgeMs }: SessionMeasures): void {
  const { instruments } = telemetry;
  measureRedis(telemetry, redis);
  measureRedisServer(instruments, redis);
  const leases = new LeaseSurvey(redis);
  instruments.beforeRead(() => leases.refresh());
  instruments.gauge(
    { name: 'clew.session.leases', unit: '{session}', description: 'Leases in Redis, of all players.' },
    () => leases.count,
  );
  instruments.gauge(
    {
      name: 'clew.session.expiry_lag',
      unit: 's',
      description: 'How long the lease that is due the longest is past its deadline.',
    },
    () => leases.lagSeconds,
  );
  instruments.gauge(
    { name: 'clew.session.sweep_age', unit: 's', description: 'How long ago this process last swept.' },
    () => sweepAgeMs() / 1_000,
  );
  instruments.counter(
    { name: 'clew.session.endings', unit: '{session}', description: 'Sessions that were over, by how they ended.' },
    () => Object.entries(endings).map(([how, counter]) => ({ value: counters.get(counter), attributes: { how } })),
  );
}
