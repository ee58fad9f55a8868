import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, suite, type TestContext, test } from 'node:test';
import { Redis } from 'ioredis';
import pino from 'pino';
import { connectRedis, type RedisOptions, redisFailure, redisReady } from './redis.ts';
import { ServiceError } from './service-error.ts';
import { RedisRelay, testRedisUrl } from './testing/test-redis.ts';

const DATABASE = 13;

let direct: Redis;
before(async () => {
  direct = new Redis(testRedisUrl(DATABASE));
  await direct.flushdb();
});
after(async () => {
  await direct.flushdb();
  direct.disconnect();
});

/** A connection over a way that can be taken away, and what it logged. */
async function connected(context: TestContext, options: RedisOptions = {}) {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line).msg) });
  const relay = await RedisRelay.open(testRedisUrl(DATABASE));
  const redis = connectRedis(relay.url, log, options);
  context.after(async () => {
    redis.disconnect();
    await relay[Symbol.asyncDispose]();
  });
  await redisReady(redis, context.signal);
  return { redis, relay, lines };
}

/** The next event of that name; unlike `once` of node:events it does not mind errors. */
const next = (redis: Redis, name: string) => new Promise<void>((resolve) => redis.once(name, () => resolve()));

/** What the caller of a command is told. */
const told = (command: Promise<unknown>) =>
  command.then(
    () => assert.fail('was answered'),
    (error) => redisFailure(error),
  );

const away = (error: unknown) => {
  assert.ok(error instanceof ServiceError, String(error));
  assert.equal(error.reason, 'REDIS_AWAY');
  assert.equal(error.details.length, 2);
};

suite('the connection to Redis', () => {
  test('refuses at once while it is down, and comes back by itself', async (context) => {
    const { redis, relay, lines } = await connected(context);
    const closed = next(redis, 'close');
    await relay.cut();
    await closed;
    for (let round = 0; round < 3; round += 1) away(await told(redis.get('a')));
    await next(redis, 'reconnecting');
    away(await told(redis.get('a')));
    await relay.restore();
    await redisReady(redis, context.signal);
    assert.equal(await redis.get('a'), null);
    assert.deepEqual(lines, ['Redis is away', 'Redis is back']);
  });

  test('does not believe a server that still loads for an hour', { timeout: 9_000 }, async (context) => {
    let asked = 0;
    const info = () => {
      asked += 1;
      const text = asked === 1 ? 'loading:1\r\nloading_eta_seconds:3600\r\n' : 'loading:0\r\n';
      return `$${text.length}\r\n${text}\r\n`;
    };
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        for (const [, name] of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
          if (/info/i.test(name!)) socket.write(info());
          else socket.write(/hello/i.test(name!) ? '%1\r\n+server\r\n+redis\r\n' : '+OK\r\n');
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const redis = connectRedis(
      `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
      pino({ level: 'silent' }),
    );
    context.after(() => {
      redis.disconnect();
      server.close();
    });
    await redisReady(redis, context.signal);
    assert.equal(asked, 2);
  });

  test('does not queue while it is down: nothing is sent late', async (context) => {
    const { redis, relay } = await connected(context);
    await relay.cut();
    await Promise.all(Array.from({ length: 100 }, () => told(redis.incr('late')).then(away)));
    await relay.restore();
    await redisReady(redis, context.signal);
    assert.equal(await redis.get('late'), null);
  });

  test('fails what was under way when it broke, and never sends it again', async (context) => {
    const { redis, relay } = await connected(context);
    relay.freeze();
    const waiting = told(redis.incr('once'));
    const pipelined = redis.pipeline().incr('once').incr('once').exec();
    await relay.cut();
    away(await waiting);
    for (const [error] of (await pipelined) ?? []) away(redisFailure(error));
    await relay.restore();
    await redisReady(redis, context.signal);
    assert.equal(await redis.get('once'), null);
    assert.equal(await direct.get('once'), null);
  });

  test('fails a command that is not answered in time', async (context) => {
    const { redis, relay } = await connected(context, { commandTimeoutMs: 50 });
    relay.freeze();
    away(await told(redis.get('a')));
    for (const [error] of (await redis.pipeline().get('a').get('b').exec()) ?? []) away(redisFailure(error));
    await relay.restore();
    assert.equal(await redis.get('a'), null);
  });

  test('is made anew when it says nothing for too long', async (context) => {
    const { redis, relay } = await connected(context, { commandTimeoutMs: 20, socketTimeoutMs: 60 });
    relay.freeze();
    const closed = next(redis, 'close');
    away(await told(redis.get('a')));
    await closed;
    await relay.restore();
    await redisReady(redis, context.signal);
    assert.equal(await redis.get('a'), null);
  });
});

suite('waiting for Redis', () => {
  test('ends with the signal, and leaves no listener behind', async (context) => {
    const { redis, relay } = await connected(context);
    const closed = next(redis, 'close');
    await relay.cut();
    await closed;
    const before = redis.listenerCount('ready');
    const stop = new AbortController();
    const waiting = redisReady(redis, stop.signal);
    assert.equal(redis.listenerCount('ready'), before + 1);
    stop.abort(new Error('as told'));
    await assert.rejects(waiting, /as told/);
    await assert.rejects(redisReady(redis, stop.signal), /as told/);
    assert.equal(redis.listenerCount('ready'), before);
  });

  test('ends with Redis, and leaves no listener on the signal, which lives longer', async (context) => {
    const { redis, relay } = await connected(context);
    const closed = next(redis, 'close');
    await relay.cut();
    await closed;
    const { signal } = new AbortController();
    const waiting = redisReady(redis, signal);
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    await relay.restore();
    await waiting;
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});

suite('what Redis throws', () => {
  test('is a refusal when Redis cannot do its part now', async () => {
    for (const prefix of [
      'OOM',
      'READONLY',
      'LOADING',
      'MASTERDOWN',
      'CLUSTERDOWN',
      'TRYAGAIN',
      'NOREPLICAS',
      'MISCONF',
    ]) {
      away(await told(direct.eval(`return redis.error_reply('${prefix} not now')`, 0)));
    }
  });

  test('is a fault of ours otherwise, and stays as it is', async () => {
    const fault = await told(direct.eval('return nonsense(', 0));
    assert.equal((fault as Error).name, 'ReplyError');
    assert.equal(redisFailure('a string'), 'a string');
    const mistake = new TypeError('x of undefined');
    assert.equal(redisFailure(mistake), mistake);
  });
});
