import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { emptyRecord, type JournalRecord } from '@clew/maze';
import fc from 'fast-check';
import { Journal } from './journal.ts';

const uint32 = fc.integer({ min: 0, max: 0xffff_fffe });
const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const seat = fc.nat(999);
const plain = { noNullPrototype: true } as const;
const input = fc.record(
  {
    sequence: uint32,
    tick: uint32,
    forward: int32,
    strafe: int32,
    heading: uint32,
    buttons: uint32,
    lag: fc.option(uint32, { nil: undefined }),
  },
  plain,
);
const record: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.constant(emptyRecord),
  fc.record(
    {
      inputs: fc.array(fc.record({ seat, input }, plain), { maxLength: 40 }),
      joins: fc.array(fc.record({ seat, displayName: fc.string() }, plain), { maxLength: 1 }),
      leaves: fc.array(seat, { maxLength: 1 }),
      detaches: fc.array(seat, { maxLength: 1 }),
      attaches: fc.array(seat, { maxLength: 1 }),
    },
    plain,
  ),
);

suite('a journal', () => {
  test('keeps the last ticks, oldest first, each as it came', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (records, ticksMax) => {
        const journal = new Journal(ticksMax);
        for (const [pushed, next] of records.entries()) {
          journal.push(next);
          assert.equal(journal.size, Math.min(ticksMax, pushed + 1));
        }
        assert.deepEqual(journal.records(), records.slice(-ticksMax));
      }),
      { numRuns: 50 },
    );
  });

  test('does not change what it told', () => {
    const journal = new Journal(1);
    const hands = { sequence: 1, tick: 1, forward: 1, strafe: 0, heading: 0, buttons: 0, lag: undefined };
    journal.push({ ...emptyRecord, inputs: [{ seat: 1, input: hands }] });
    const told = journal.records();
    journal.push({ ...emptyRecord, inputs: [{ seat: 2, input: hands }] });
    assert.equal(told[0]!.inputs[0]!.seat, 1);
  });
});
