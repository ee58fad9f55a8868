import { createLog } from '@clew/service-kit/log';
import { connectRedis, redisReady } from '@clew/service-kit/redis';
import type { Redis } from 'ioredis';
import type { Area, Bench, Figure } from '../area.ts';
import { expiry } from '../sessions/expiry.ts';
import { benchLaw } from '../sessions/law.ts';
import { million } from '../sessions/million.ts';
import { type SessionProcess, startSessionProcess } from '../sessions/programs.ts';
import { creates, renewals } from '../sessions/throughput.ts';

/** Nothing runs out while it is measured by other means. */
const LEASE_MS = 3_600_000;

type Part = (bench: Bench) => AsyncIterable<Figure>;

interface Ground {
  readonly redisUrl: string;
  readonly redis: Redis;
}

/** Something that is measured on an empty Redis of its own that logs every write. */
function onRedis(measure: (ground: Ground, bench: Bench) => AsyncIterable<Figure>): Part {
  return async function* (bench) {
    const redisUrl = await bench.redis();
    const log = createLog({ name: 'bench', level: 'warn', format: 'pretty' });
    const redis = connectRedis(redisUrl, log, { commandTimeoutMs: 30_000, socketTimeoutMs: 60_000 });
    try {
      await redisReady(redis, bench.stop);
      await redis.flushall();
      yield* measure({ redisUrl, redis }, bench);
    } finally {
      redis.disconnect();
    }
  };
}

/** Something that is measured at a service whose leases do not run out meanwhile. */
function atService(measure: (session: SessionProcess, ground: Ground, bench: Bench) => AsyncIterable<Figure>): Part {
  return onRedis(async function* (ground, bench) {
    const settings = { CLEW_SESSION_LEASE_MS: String(LEASE_MS) };
    await using session = await startSessionProcess(ground.redisUrl, settings, bench.stop);
    yield* measure(session, ground, bench);
  });
}

const law = benchLaw(LEASE_MS);

const parts: Readonly<Record<string, Part>> = {
  creates: atService(({ address }, _, bench) => creates(address, bench)),
  renewals: atService(({ address }, { redis }, bench) => renewals({ address, redis, law }, bench)),
  million: atService((session, { redis }, bench) => million({ session, redis, law }, bench)),
  expiry: onRedis(({ redisUrl, redis }, bench) => expiry(redisUrl, redis, bench)),
};

/**
 * The session service, in a process of its own as it is deployed: how many sign-ins and renewals it carries beside what
 * carries nothing, what a million sessions cost, how late the last of many leases that run out at once is told.
 */
export const sessions: Area = {
  name: 'sessions',
  about: 'renewals, sign-ins, a million sessions and the end of many, at the session service (9 minutes)',
  parts,
  async *measure(bench) {
    for (const part of Object.values(parts)) yield* part(bench);
  },
};
