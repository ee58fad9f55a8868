import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { Journal } from './journal.ts';

const record = fc.uint8Array({ maxLength: 200 });

suite('a journal', () => {
  test('keeps the last ticks, oldest first, each as it came', () => {
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 60 }),
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 20 }),
        (records, firstTick, ticksMax) => {
          const journal = new Journal(ticksMax);
          for (const [pushed, next] of records.entries()) {
            journal.push(firstTick + pushed, next);
            assert.equal(journal.size, Math.min(ticksMax, pushed + 1));
            assert.equal(journal.newestTick, firstTick + pushed);
            assert.deepEqual(journal.records(), records.slice(Math.max(0, pushed + 1 - ticksMax), pushed + 1));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('keeps nothing of what was before a gap', () => {
    const journal = new Journal(10);
    for (const tick of [1, 2, 3, 5, 6]) journal.push(tick, Uint8Array.of(tick));
    assert.deepEqual(journal.records(), [Uint8Array.of(5), Uint8Array.of(6)]);
    journal.push(2, Uint8Array.of(2));
    assert.deepEqual(journal.records(), [Uint8Array.of(2)]);
  });

  test('neither keeps what it was given nor changes what it told', () => {
    const journal = new Journal(1);
    const given = Uint8Array.of(1);
    journal.push(1, given);
    given[0] = 9;
    const told = journal.records();
    journal.push(2, Uint8Array.of(2));
    assert.deepEqual(told, [Uint8Array.of(1)]);
  });
});
