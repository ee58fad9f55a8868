import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pino from 'pino';
import { ProcessMark } from './process-mark.ts';
import { RedisRelay, testRedisUrl } from './testing/test-redis.ts';

const DATABASE = 12;
const url = testRedisUrl(DATABASE);
const log = pino({ level: 'silent' });

let redis: Redis;
before(async () => {
  redis = new Redis(url);
  await redis.flushdb();
});
after(async () => {
  await redis.flushdb();
  redis.disconnect();
});

/** A process of that name; resolves when Redis knows of it. */
async function started(name: string, redisUrl = url, ttlMs = 60_000): Promise<ProcessMark> {
  const mark = new ProcessMark({ redisUrl, name, log, ttlMs });
  while (mark.kind === undefined) await sleep(5);
  return mark;
}

suite('the mark of a process', () => {
  test('says whether the one before stopped in order', async () => {
    const first = await started('edge-1');
    assert.equal(first.kind, 'first');
    await first.stopped();
    const second = await started('edge-1');
    assert.equal(second.kind, 'clean');
    const third = await started('edge-1'); // the second was killed
    assert.equal(third.kind, 'unclean');
    assert.equal(third.uncleanStarts, 1);
    await third.stopped();
    const fourth = await started('edge-1');
    assert.equal(fourth.kind, 'clean');
    assert.equal(fourth.uncleanStarts, 1, 'what was, is counted on');
    await fourth.stopped();
    await second.stopped();
  });

  test('is of its name alone, and has a TTL', async () => {
    const one = await started('edge-2');
    const other = await started('edge-3');
    assert.equal(other.kind, 'first');
    const ttlMs = await redis.pttl('clew:{process:edge-2}:mark');
    assert.ok(ttlMs > 0 && ttlMs <= 60_000, String(ttlMs));
    // As if it had run for almost that long.
    await redis.pexpire('clew:{process:edge-2}:mark', 10_000);
    await Promise.all([one.stopped(), other.stopped()]);
    assert.equal(await redis.hget('clew:{process:edge-2}:mark', 'state'), 'clean');
    assert.ok((await redis.pttl('clew:{process:edge-2}:mark')) > 30_000, 'kept from its end on');
  });

  test('is kept for as long as its process runs', async () => {
    const mark = await started('edge-4', url, 2_000);
    const ttl = () => redis.pttl('clew:{process:edge-4}:mark');
    let before = await ttl();
    for (let writes = 0; writes < 3; ) {
      await sleep(5);
      const now = await ttl();
      if (now > before) writes += 1;
      before = now;
    }
    assert.equal(await redis.hget('clew:{process:edge-4}:mark', 'state'), 'running');
    await mark.stopped();
  });

  test('waits for a Redis that is away, and nobody waits for the mark', async () => {
    await using relay = await RedisRelay.open(url);
    await relay.cut();
    const away = new ProcessMark({ redisUrl: relay.url, name: 'edge-5', log });
    await away.stopped();
    assert.equal(away.kind, undefined);
    assert.equal(await redis.exists('clew:{process:edge-5}:mark'), 0);
    const patient = new ProcessMark({ redisUrl: relay.url, name: 'edge-5', log });
    await relay.restore();
    while (patient.kind === undefined) await sleep(5);
    assert.equal(patient.kind, 'first');
    await patient.stopped();
  });
});
