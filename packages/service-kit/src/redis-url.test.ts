import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseRedisUrl } from './redis-url.ts';

const local = { host: '127.0.0.1', port: 6_379 };

suite('the URL of Redis', () => {
  test('names one server', () => {
    const single = { kind: 'single', node: local, database: 0, isTls: false };
    assert.deepEqual(parseRedisUrl('redis://127.0.0.1'), single);
    assert.deepEqual(parseRedisUrl('redis://127.0.0.1:6379/'), single);
    assert.deepEqual(parseRedisUrl('rediss://clew:s%40crt@redis.clew:6380/3'), {
      ...{ kind: 'single', node: { host: 'redis.clew', port: 6_380 }, database: 3, isTls: true },
      ...{ username: 'clew', password: 's@crt' },
    });
    assert.deepEqual(parseRedisUrl('redis://:secret@[::1]:7000'), {
      ...{ kind: 'single', node: { host: '::1', port: 7_000 }, database: 0, isTls: false, password: 'secret' },
    });
  });

  test('names sentinels, and the master that they watch', () => {
    assert.deepEqual(parseRedisUrl('redis+sentinel://one,two:26380/clew'), {
      kind: 'sentinel',
      nodes: [
        { host: 'one', port: 26_379 },
        { host: 'two', port: 26_380 },
      ],
      masterName: 'clew',
      isTls: false,
    });
  });

  test('names nodes of a cluster', () => {
    const nodes = [local, { host: '127.0.0.1', port: 7_001 }];
    assert.deepEqual(parseRedisUrl('redis+cluster://127.0.0.1,127.0.0.1:7001'), {
      kind: 'cluster',
      nodes,
      isTls: false,
    });
  });

  const faults = [
    ...['', 'http://127.0.0.1', 'redis:127.0.0.1', 'redis://', 'redis://a b', 'redis://127.0.0.1:70000'],
    ...['redis://one,two', 'redis://127.0.0.1/three', 'redis://127.0.0.1/-1', 'redis+cluster://one/1'],
    ...['redis+sentinel://one', 'redis+cluster://one,,two', 'redis+swarm://one'],
  ];
  for (const fault of faults) test(`is not "${fault}"`, () => assert.equal(parseRedisUrl(fault), undefined));
});
