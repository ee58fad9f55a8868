import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cloneWorld, emptyRecord, hashWorld, type JournalRecord, SPRINT, step } from '@clew/maze';
import { rowsOf } from '@clew/protocol/input-rows';
import { Scratch } from '@clew/service-kit/scratch';
import fc from 'fast-check';
import { decodeRecord, encodeRecord } from './journal-record.ts';
import type { FakeEdge } from './testing/fake-edge.ts';
import { TestMatches } from './testing/test-matches.ts';

const uint32 = fc.nat({ max: 0xffff_fffe });
const strength = fc.integer({ min: -127, max: 127 });
const seat = fc.nat({ max: 999 });
const plain = { noNullPrototype: true } as const;
const seatInput = fc.record(
  {
    seat,
    ...{ sequence: uint32, tick: uint32, forward: strength, strafe: strength, heading: uint32, buttons: uint32 },
    lag: fc.option(uint32, { nil: undefined }),
  },
  plain,
);
const record: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.constant(emptyRecord),
  fc.record(
    {
      inputs: fc.array(seatInput, { maxLength: 40 }),
      joins: fc.array(fc.record({ seat, displayName: fc.string({ unit: 'grapheme' }) }, plain), { maxLength: 2 }),
      leaves: fc.array(seat, { maxLength: 2 }),
      detaches: fc.array(seat, { maxLength: 2 }),
      attaches: fc.array(seat, { maxLength: 2 }),
    },
    plain,
  ),
);

const scratch = new Scratch();

suite('a record of a journal', () => {
  test('is what it was when it comes out of its bytes', () => {
    fc.assert(fc.property(record, (given) => assert.deepEqual(decodeRecord(encodeRecord(given, scratch)), given)));
  });

  test('takes no bytes when nothing came', () => {
    assert.equal(encodeRecord(emptyRecord, scratch).length, 0);
  });
});

test('with the records beside its frames a match can be played again, from any edge', async (context) => {
  const world = await TestMatches.open(context);
  const match = world.match(3);
  const [one, two] = [world.edge('edge-1'), world.edge('edge-2')];
  const seated = await world.attach(one, 1, match.id, 1);
  const other = await world.attach(two, 1, match.id, 2);
  await world.until(() => seated.deltas > 0 && other.deltas > 0);
  const checkpoint = cloneWorld(match.world);
  for (let sequence = 1; sequence <= 30; sequence++) {
    const input = { sequence, tick: match.world.tick + 1, ...hands, heading: sequence * 2_000, lag: sequence % 3 };
    one.send({ inputs: rowsOf(1, [input]) });
    two.send({ inputs: rowsOf(1, [input]) });
    if (sequence === 5) await world.attach(one, 2, match.id, 3);
    if (sequence === 10) two.send({ detaches: [{ channel: 1, leave: false }] });
    if (sequence === 15) one.send({ detaches: [{ channel: 2, leave: true }] });
    if (sequence === 20) await world.attach(two, 3, match.id, 2);
    const { deltas } = seated;
    await world.until(() => seated.deltas > deltas);
  }
  const end = cloneWorld(match.world);
  await world.until(() => recordsOf(one).has(end.tick));
  const records = recordsOf(one);
  while (checkpoint.tick < end.tick)
    step(checkpoint, records.get(checkpoint.tick + 1) ?? assert.fail('a tick is missing'));
  assert.equal(hashWorld(checkpoint), hashWorld(end));
  for (const [tick, record] of recordsOf(two)) assert.deepEqual(record, records.get(tick) ?? record);
});

const hands = { forward: 127, strafe: -5, buttons: SPRINT };

/** What an edge knows of the only match, by tick. */
function recordsOf(edge: FakeEdge): Map<number, JournalRecord> {
  const frames = edge.responses.flatMap((response) => response.frames);
  return new Map(frames.map(({ tick, journal }) => [tick, decodeRecord(journal)]));
}
