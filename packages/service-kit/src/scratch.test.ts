import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { JournalRecord } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import fc from 'fast-check';
import { Scratch } from './scratch.ts';

const uint32 = fc.nat({ max: 0xffff_ffff });

/** Calls that write, on whatever writer. */
type Write = (writer: BinaryWriter | Scratch) => void;
const writing = <Value>(
  values: fc.Arbitrary<Value>,
  write: (writer: BinaryWriter | Scratch, value: Value) => unknown,
) =>
  values.map(
    (value): Write =>
      (writer) =>
        void write(writer, value),
  );
const write: fc.Arbitrary<Write> = fc.oneof(
  writing(uint32, (writer, value) => writer.uint32(value)),
  writing(fc.nat({ max: 0x7fff_ffff }), (writer, value) => writer.int32(value)),
  writing(fc.integer(), (writer, value) => writer.sint32(value)),
  writing(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (writer, value) => writer.int64(value)),
  writing(uint32, (writer, value) => writer.fixed32(value)),
  writing(fc.boolean(), (writer, value) => writer.bool(value)),
  writing(fc.string({ unit: 'grapheme' }), (writer, value) => writer.string(value)),
  writing(fc.uint8Array({ maxLength: 300 }), (writer, value) => writer.bytes(value)),
);
const message: fc.Arbitrary<Write> = fc.letrec<{ message: Write }>((tie) => ({
  message: fc.oneof(
    { maxDepth: 4 },
    write,
    fc.array(tie('message'), { maxLength: 8 }).map(
      (parts): Write =>
        (writer) => {
          writer.fork();
          for (const part of parts) part(writer);
          writer.join();
        },
    ),
  ),
})).message;

suite('Scratch', () => {
  test('writes as the library does', () => {
    const scratch = new Scratch();
    fc.assert(
      fc.property(message, (writes) => {
        const library = new BinaryWriter();
        writes(library);
        writes(scratch);
        assert.deepEqual(Buffer.from(scratch.finish()), Buffer.from(library.finish()));
      }),
    );
  });

  test('writes lengths of one byte to four', () => {
    const scratch = new Scratch();
    for (const length of [0x7f, 0x80, 0x3fff, 0x4000, 0x1f_ffff, 0x20_0000]) {
      const library = new BinaryWriter();
      const bytes = Buffer.alloc(length, 7);
      library.fork().raw(bytes).join();
      scratch.fork().raw(bytes).join();
      assert.ok(Buffer.from(library.finish()).equals(scratch.finish()), `${length}`);
    }
  });

  test('B1: what was written stays as it is however much follows, until it is rewound', () => {
    const scratch = new Scratch();
    const pieces = Array.from({ length: 500 }, (_, number) => scratch.raw(Buffer.alloc(500, number)).finish());
    for (const [number, piece] of pieces.entries()) assert.deepEqual(Buffer.from(piece), Buffer.alloc(500, number));
    scratch.rewind();
    const first = scratch.raw(Buffer.alloc(500, 1)).finish();
    scratch.rewind();
    scratch.raw(Buffer.alloc(500, 2)).finish();
    assert.equal(first[0], 2, 'the memory is used again');
  });

  test('M3: what is rewound needs no more memory', () => {
    const scratch = new Scratch();
    const memories = new Set<ArrayBufferLike>();
    for (let tick = 0; tick < 100; tick++) {
      scratch.rewind();
      for (let piece = 0; piece < 10; piece++) memories.add(scratch.raw(Buffer.alloc(5_000)).finish().buffer);
    }
    assert.ok(memories.size < 5);
  });

  test('refuses what is no such number, and drops the message', () => {
    const scratch = new Scratch();
    const message = JournalRecord.fromPartial({ joins: [{ seat: 1, displayName: 'a' }] });
    for (const seat of [-1, 0.5, 2 ** 32, Number.NaN]) {
      const bad = { ...message, leaves: [1, seat] };
      assert.throws(() => scratch.encode(JournalRecord, bad), RangeError);
      assert.deepEqual(JournalRecord.decode(scratch.encode(JournalRecord, message)), message);
    }
    for (const value of [2 ** 31, 0.5]) assert.throws(() => scratch.sint32(value), RangeError);
    for (const value of [-1, 0.5, 2 ** 53]) assert.throws(() => scratch.int64(value), RangeError);
    for (const value of [-1, 2 ** 32]) assert.throws(() => scratch.fixed32(value), RangeError);
    assert.throws(() => scratch.join(), /nothing was forked/);
  });

  test('forgets what was under way when it is rewound', () => {
    const scratch = new Scratch();
    scratch.fork().uint32(7);
    scratch.rewind();
    scratch.uint32(8);
    assert.deepEqual([...scratch.finish()], [8]);
    assert.throws(() => scratch.join());
  });
});
