import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { whyRedisIsAway } from '../tools/start/redis-answers.ts';
import { startRedis, type TestRedis } from './redis.ts';

let redis: TestRedis;
before(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.flush());
after(() => redis[Symbol.asyncDispose]());

test('what was written is there after a restart, at the same address', async () => {
  await redis.client.set('key', 'value');
  await redis.stop();
  await redis.start();
  assert.equal(await redis.client.get('key'), 'value');
});

test('a Redis that was killed comes back', async () => {
  await redis.stop('SIGKILL');
  await redis.start();
  assert.equal(await redis.client.ping(), 'PONG');
});

test('a frozen Redis answers nothing until it thaws', async () => {
  await redis.pause();
  assert.notEqual(await whyRedisIsAway(redis.url), undefined);
  await redis.unpause();
  assert.equal(await whyRedisIsAway(redis.url), undefined);
});

test('a flushed Redis is empty', async () => {
  await redis.client.set('key', 'value');
  await redis.flush();
  assert.equal(await redis.client.dbsize(), 0);
});
