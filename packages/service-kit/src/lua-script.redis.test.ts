import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { createLog } from './log.ts';
import { LuaScript } from './lua-script.ts';
import { connectRedis, redisReady } from './redis.ts';
import { RedisRelay, testRedisUrl } from './testing/test-redis.ts';

const DATABASE = 12;
const log = createLog({ name: 'test', level: 'silent', format: 'json' });

let redis: Redis;
before(async () => {
  redis = new Redis(testRedisUrl(DATABASE));
  await redis.flushdb();
});
after(async () => {
  await redis.flushdb();
  redis.disconnect();
});

/** A script that no server has seen before. */
function script(context: TestContext, source: string, prelude?: string): LuaScript {
  const folder = mkdtempSync(join(tmpdir(), 'clew-lua-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return pathToFileURL(join(folder, name));
  };
  const fresh = `${source}\n-- ${randomUUID()}\n`;
  return new LuaScript(file('script.lua', fresh), prelude === undefined ? undefined : file('prelude.lua', prelude));
}

suite('a script', () => {
  test('runs where it is unknown, and then where it is known', async (context) => {
    const increment = script(context, `return redis.call('INCRBY', KEYS[1], ARGV[1])`);
    assert.equal(await increment.run(redis, ['a'], [2]), 2);
    assert.equal(await increment.run(redis, ['a'], [3]), 5);
  });

  test('takes and gives bytes', async (context) => {
    const echo = script(context, 'return {ARGV[1], 7, false}');
    const bytes = Buffer.of(0, 255, 13, 10);
    assert.deepEqual(await echo.runBuffer(redis, [], [bytes]), [bytes, 7, null]);
  });

  test('may share a beginning with others, behind the line that begins with #!', async (context) => {
    const prelude = 'local function twice(number) return 2 * number end';
    assert.equal(await script(context, 'return twice(4)', prelude).run(redis, [], []), 8);
    const readOnly = script(context, `#!lua flags=no-writes\nreturn twice(#KEYS)`, prelude);
    assert.equal(await readOnly.run(redis, ['a'], []), 2);
    await assert.rejects(
      script(context, `#!lua flags=no-writes\nreturn redis.call('SET', KEYS[1], twice(1))`, prelude).run(
        redis,
        ['a'],
        [],
      ),
      /Write commands are not allowed/,
    );
  });

  test('runs for many in one round trip, answers in order, where it is unknown and where it is known', async (context) => {
    const tell = script(context, `return KEYS[1] .. ':' .. ARGV[1]`);
    const calls = Array.from({ length: 64 }, (_, index) => ({ keys: [`key-${index}`], args: [index] }));
    for (let round = 0; round < 2; round += 1) {
      const replies = (await tell.runEach(redis, calls)) as Buffer[];
      assert.deepEqual(
        replies.map(String),
        calls.map(({ keys, args }) => `${keys[0]}:${args[0]}`),
      );
    }
    assert.deepEqual(await tell.runEach(redis, []), []);
  });

  test('tells a fault of ours as it is', async (context) => {
    const wrong = script(context, `return redis.call('INCR', KEYS[1], 'too', 'much')`);
    await assert.rejects(wrong.run(redis, ['a'], []), { name: 'ReplyError' });
    await assert.rejects(wrong.runEach(redis, [{ keys: ['a'], args: [] }]), { name: 'ReplyError' });
  });

  test('is refused as UNAVAILABLE when Redis cannot do its part', async (context) => {
    const full = script(context, `return redis.error_reply('OOM command not allowed')`);
    await assert.rejects(full.run(redis, [], []), { reason: 'REDIS_AWAY' });
    await assert.rejects(full.runEach(redis, [{ keys: [], args: [] }]), { reason: 'REDIS_AWAY' });
  });

  test('is refused as UNAVAILABLE when Redis is away', async (context) => {
    await using relay = await RedisRelay.open(testRedisUrl(DATABASE));
    const away = connectRedis(relay.url, log);
    context.after(() => away.disconnect());
    await redisReady(away, context.signal);
    const any = script(context, 'return 1');
    assert.equal(await any.run(away, [], []), 1);
    await relay.cut();
    await assert.rejects(any.run(away, [], []), { reason: 'REDIS_AWAY' });
    await assert.rejects(any.runEach(away, [{ keys: [], args: [] }]), { reason: 'REDIS_AWAY' });
  });
});
