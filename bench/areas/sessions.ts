import { createLog } from '@clew/service-kit/log';
import { connectRedis, redisReady } from '@clew/service-kit/redis';
import type { Area } from '../area.ts';
import { expiry } from '../sessions/expiry.ts';
import { benchLaw } from '../sessions/law.ts';
import { million } from '../sessions/million.ts';
import { startSessionProcess } from '../sessions/programs.ts';
import { creates, renewals } from '../sessions/throughput.ts';

/** Nothing runs out while it is measured by other means. */
const LEASE_MS = 3_600_000;

/**
 * The session service, in a process of its own as it is deployed, on a Redis of its own that logs every write: how many
 * sign-ins and renewals it carries beside what carries nothing, what a million sessions cost, how late the last of many
 * leases that run out at once is told.
 */
export const sessions: Area = {
  name: 'sessions',
  about: 'renewals, sign-ins, a million sessions and the end of many, at the session service (9 minutes)',
  async *measure(bench) {
    const redisUrl = await bench.redis();
    const log = createLog({ name: 'bench', level: 'warn', format: 'pretty' });
    const redis = connectRedis(redisUrl, log, { commandTimeoutMs: 30_000, socketTimeoutMs: 60_000 });
    try {
      await redisReady(redis, bench.stop);
      const law = benchLaw(LEASE_MS);
      {
        const settings = { CLEW_SESSION_LEASE_MS: String(LEASE_MS) };
        await using session = await startSessionProcess(redisUrl, settings, bench.stop);
        yield* creates(session.address, bench);
        await redis.flushall();
        yield* renewals({ address: session.address, redis, law }, bench);
        await redis.flushall();
        yield* million({ session, redis, law }, bench);
      }
      await redis.flushall();
      yield* expiry(redisUrl, redis, bench);
    } finally {
      redis.disconnect();
    }
  },
};
