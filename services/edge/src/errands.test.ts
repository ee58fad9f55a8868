import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Collections } from '@clew/service-kit/collections';
import { Counters } from '@clew/service-kit/counters';
import { Errands } from './errands.ts';
import { until } from './testing/until.ts';

function newErrands(bound = 100) {
  const collections = new Collections();
  const counters = new Counters<string>(['edge.errands_given_up']);
  const errands = new Errands({ collections, counters, bound, callMs: 1_000 });
  return { errands, size: () => collections.report()[0]?.size, givenUp: () => counters.get('edge.errands_given_up') };
}

suite('errands', () => {
  test('are done again until they succeed', async () => {
    const { errands, size, givenUp } = newErrands();
    let attempts = 0;
    errands.run(async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('away');
    });
    await until('it is done', () => size() === 0);
    assert.deepEqual([attempts, givenUp()], [3, 0]);
  });

  test('are given up and counted when nobody answers', async () => {
    const { errands, size, givenUp } = newErrands();
    let attempts = 0;
    errands.run(async () => {
      attempts += 1;
      throw new Error('away');
    });
    await until('it is given up', () => size() === 0);
    assert.deepEqual([attempts, givenUp()], [4, 1]);
  });

  test('are at most sixteen at once, and no more wait than the bound', async () => {
    const { errands, size, givenUp } = newErrands(20);
    const gate = Promise.withResolvers<void>();
    let started = 0;
    for (let n = 0; n < 25; n++) {
      errands.run(async () => {
        started += 1;
        await gate.promise;
      });
    }
    assert.deepEqual([started, size(), givenUp()], [16, 20, 5]);
    gate.resolve();
    await until('all are done', () => size() === 0);
    assert.equal(started, 20);
  });

  test('settle within a bound, and are not taken any more then', async () => {
    const { errands, size, givenUp } = newErrands();
    errands.run(({ signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', reject)));
    await errands.settle(10);
    assert.deepEqual([size(), givenUp()], [0, 1]);
    errands.run(async () => {});
    assert.deepEqual([size(), givenUp()], [0, 2]);
  });

  test('settle at once where there are none, and are not taken any more then', async () => {
    const { errands, givenUp } = newErrands();
    await errands.settle(60_000);
    errands.run(async () => {});
    assert.equal(givenUp(), 1);
  });

  test('settle as soon as all are done, and leave no timer behind', async () => {
    const { errands, size } = newErrands();
    const gate = Promise.withResolvers<void>();
    errands.run(() => gate.promise);
    const settled = errands.settle(600_000);
    gate.resolve();
    await settled;
    assert.equal(size(), 0);
    // A timer that was left would keep this process from ending.
  });

  test('that are given up between two attempts end at once', async () => {
    const { errands, size } = newErrands();
    let attempts = 0;
    errands.run(async () => {
      attempts += 1;
      throw new Error('away');
    });
    await until('it waits for its last attempt', () => attempts === 3);
    await errands.settle(1);
    assert.deepEqual([size(), attempts], [0, 3]);
  });
});
