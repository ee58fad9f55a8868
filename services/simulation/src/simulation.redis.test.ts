import { suite, type TestContext, test } from 'node:test';
import { connectRedis, redisReady } from '@clew/service-kit/redis';
import { RedisRelay, testRedisUrl } from '@clew/service-kit/testing/test-redis';
import { matchKey } from './keys.ts';
import { player } from './testing/test-matches.ts';
import { log, running } from './testing/test-simulation.ts';

/** A simulation with a Redis that a test can take away. */
async function withRedis(context: TestContext) {
  const relay = await RedisRelay.open(testRedisUrl(6));
  const direct = connectRedis(testRedisUrl(6), log);
  await redisReady(direct, context.signal);
  await direct.flushdb();
  const whole = await running(context, { CLEW_REDIS_URL: relay.url, CLEW_MATCH_RENEW_MS: '20' });
  context.after(async () => {
    await whole.stop();
    direct.disconnect();
    await relay[Symbol.asyncDispose]();
  });
  const state = async (matchId: string) => (await direct.hget(matchKey(matchId), 'state')) ?? 'none';
  const reaches = async (matchId: string, wanted: string) => {
    while ((await state(matchId)) !== wanted) await new Promise((resolve) => setImmediate(resolve));
  };
  return { ...whole, relay, reaches };
}

suite('a simulation with Redis', () => {
  test('holds the lease of a match while it plays, and leaves a tombstone', async (context) => {
    const { control, edge, reaches } = await withRedis(context);
    await control.createMatch({ matchId: 'm-1', epoch: 1, players: [player(1)] });
    await reaches('m-1', 'running');
    const trunk = edge('edge-1');
    await trunk.attach(1, 'm-1', player(1).playerId);
    trunk.send({ detaches: [{ channel: 1, leave: true }] });
    await reaches('m-1', 'finished');
  });

  test('gives up the leases of the matches that it loses by stopping', async (context) => {
    const { control, reaches, stop } = await withRedis(context);
    await control.createMatch({ matchId: 'm-1', epoch: 1, players: [player(1)] });
    await reaches('m-1', 'running');
    await stop();
    await reaches('m-1', 'none');
  });

  test('plays on while Redis is silent, and stops nevertheless', async (context) => {
    const { control, edge, relay, reaches, stop } = await withRedis(context);
    await control.createMatch({ matchId: 'm-1', epoch: 1, players: [player(1)] });
    await reaches('m-1', 'running');
    relay.freeze();
    const trunk = edge('edge-1');
    const seated = await trunk.attach(1, 'm-1', player(1).playerId);
    await trunk.until(() => seated.deltas >= 10);
    await stop();
    await trunk.until(() => trunk.ended !== undefined);
  });
});
