import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodePageToken, encodePageToken } from './page-token.ts';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });

test('a listing goes on from its token where it was', () => {
  const cursor = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
  const scan = fc.record({ cursor, server: hex(40) }, { noNullPrototype: true });
  const position = fc.record({
    shard: fc.nat({ max: 63 }),
    scan: fc.option(scan, { nil: undefined }),
    found: fc.array(hex(32), { maxLength: 20 }),
  });
  fc.assert(
    fc.property(position, (given) => {
      const filter = { edgeId: 'edge-1' };
      assert.deepEqual(decodePageToken(encodePageToken(given, filter), filter), { ...given });
    }),
  );
});

test('a token of another filter is refused', () => {
  const token = encodePageToken({ shard: 1, scan: undefined, found: [] }, { state: 'attached' });
  assert.equal(decodePageToken(token, { state: 'detached' }), undefined);
  assert.equal(decodePageToken(token, {}), undefined);
});

test('what is no token of ours is refused', () => {
  const filter = {};
  const position = { shard: 3, scan: { cursor: '12', server: 'a'.repeat(40) }, found: ['0'.repeat(32)] };
  const token = encodePageToken(position, filter);
  const bytes = Buffer.from(token, 'base64url');
  const again = (change: (copy: Buffer) => Buffer) => change(Buffer.from(bytes)).toString('base64url');
  const faults = {
    'no base64url': `${token}!`,
    empty: 'AA',
    'another version': again((copy) => copy.fill(9, 1, 2)),
    'cut off': again((copy) => copy.subarray(0, -1)),
    longer: again((copy) => Buffer.concat([copy, Buffer.from([0])])),
    'too long': 'A'.repeat(70_000),
    'a shard too many': encodePageToken({ ...position, shard: 64 }, filter),
    'no cursor': encodePageToken({ ...position, scan: { cursor: '1 COUNT', server: '' } }, filter),
    'no server': encodePageToken({ ...position, scan: { cursor: '1', server: 'zz' } }, filter),
    'half a player': encodePageToken({ ...position, found: ['00'] }, filter),
  };
  for (const [fault, text] of Object.entries(faults)) assert.equal(decodePageToken(text, filter), undefined, fault);
});
