import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { decodeCursor, encodeCursor, isLater, NEVER, type StreamId } from './event-cursor.ts';
import { SHARDS } from './keys.ts';

const streamId = fc.oneof(
  fc.constant(NEVER),
  fc.record(
    { ms: fc.integer({ min: 1, max: 2 ** 45 }), sequence: fc.integer({ min: 0, max: 2 ** 40 }) },
    { noNullPrototype: true },
  ),
);
const positions = fc.array(streamId, { minLength: SHARDS, maxLength: SHARDS });

suite('a cursor', () => {
  test('tells where its watcher stood, whatever that was', () => {
    fc.assert(fc.property(positions, (given) => assert.deepEqual(decodeCursor(encodeCursor(given)), given)));
  });

  test('stays short for streams that move', () => {
    const moving = Array.from({ length: SHARDS }, (_, shard) => ({
      ms: 1_795_000_000_000 + shard * 900,
      sequence: shard % 3,
    }));
    assert.ok(encodeCursor(moving).length < 450);
  });

  test('is refused when it was cut, lengthened or made up', () => {
    const good = encodeCursor(Array.from({ length: SHARDS }, (): StreamId => ({ ms: 1_795_000_000_000, sequence: 1 })));
    const bytes = Buffer.from(good, 'base64url');
    const wrong = [
      'nonsense',
      '=',
      good.slice(0, -4),
      Buffer.concat([bytes, Buffer.of(0)]).toString('base64url'),
      Buffer.concat([Buffer.of(2), bytes.subarray(1)]).toString('base64url'),
      Buffer.alloc(80, 0xff).toString('base64url'),
      Buffer.of(1, 5, 9).toString('base64url'),
    ];
    for (const text of wrong) assert.equal(decodeCursor(text), undefined, text);
  });

  test('never throws on bytes from outside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        decodeCursor(Buffer.from(bytes).toString('base64url'));
      }),
    );
  });
});

test('ids are ordered by time, then by sequence', () => {
  assert.ok(isLater({ ms: 2, sequence: 0 }, { ms: 1, sequence: 9 }));
  assert.ok(isLater({ ms: 1, sequence: 10 }, { ms: 1, sequence: 9 }));
  assert.ok(!isLater({ ms: 1, sequence: 9 }, { ms: 1, sequence: 9 }));
  assert.ok(isLater({ ms: 1, sequence: 0 }, NEVER));
});
