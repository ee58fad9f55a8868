import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '@clew/service-kit/log';
import { connectRedis, redisReady } from '@clew/service-kit/redis';
import { testRedisUrl } from '@clew/service-kit/testing/test-redis';
import { LeaseSurvey } from './lease-survey.ts';
import { anyPlayer, SessionRedis } from './testing/session-redis.ts';

suite('a survey of leases', () => {
  test('counts them and tells how late the latest is, and knows neither while Redis is away', async (context) => {
    await using session = await SessionRedis.open(7);
    const [late, other] = [anyPlayer(), anyPlayer()];
    for (const player of [late, other]) await session.store.create(player, 'Ariadne', false, '');
    await session.elapse(late);
    const redis = connectRedis(testRedisUrl(7), createLog({ name: 'survey-test', level: 'silent', format: 'json' }));
    await redisReady(redis, context.signal);

    const survey = new LeaseSurvey(redis);
    await survey.refresh();
    assert.equal(survey.count, 2);
    assert.ok(survey.lagSeconds !== undefined && survey.lagSeconds > 0, String(survey.lagSeconds));

    redis.disconnect();
    while (survey.count !== undefined) {
      await survey.refresh(); // asks again only when what it knows is old
      await sleep(20);
    }
    assert.equal(survey.lagSeconds, undefined);
  });
});
