import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentilesOf, Samples, StatsBook } from './stats.ts';

test('percentiles are nearest ranks', () => {
  const values = Float64Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.deepEqual(percentilesOf(values), { count: 100, p50: 50, p99: 99, max: 100 });
  assert.deepEqual(percentilesOf(new Float64Array()), { count: 0, p50: 0, p99: 0, max: 0 });
});

test('samples are kept up to a bound, the newest', () => {
  const samples = new Samples(2_048);
  for (let value = 1; value <= 10_000; value += 1) samples.add(value);
  assert.equal(samples.count, 10_000);
  assert.equal(samples.values().length, 2_048);
  assert.equal(Math.min(...samples.values()), 10_000 - 2_047);
});

test('a book that begins anew is as a new one', () => {
  const book = new StatsBook();
  for (const key of Object.keys(book) as (keyof StatsBook)[]) {
    if (typeof book[key] === 'number') Object.assign(book, { [key]: 7 });
  }
  book.latencyMs.add(7);
  book.correctionUnits.add(7);
  book.reset();
  assert.deepEqual(book.read(), new StatsBook().read());
});
