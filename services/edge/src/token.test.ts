import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { readToken, sameToken } from './token.ts';

const random = Buffer.alloc(32, 9);
const playerId = 'ff000000000000000000000000000001';
const text = `s63.${playerId}.${random.toString('base64url')}`;

suite('a token', () => {
  test('tells player and hash of its random part', () => {
    const token = readToken(`Bearer ${text}`);
    assert.equal(token.playerId, playerId);
    assert.equal(token.text, text);
    assert.deepEqual(token.hash, createHash('sha256').update(random).digest());
    assert.ok(sameToken(createHash('sha256').update(random).digest(), token));
    assert.equal(sameToken(Buffer.alloc(32), token), false);
  });

  test('is asked for when it is missing', () => {
    for (const header of [undefined, ''])
      assert.throws(() => readToken(header), { reason: 'TOKEN_MISSING', status: 16 });
  });

  test('of another shape is unknown without asking anybody', () => {
    for (const header of [
      text,
      `Basic ${text}`,
      'Bearer',
      `Bearer ${text}x`,
      `Bearer ${text.replace('s63', 's62')}`,
      `Bearer ${text.replace('ff', 'FF')}`,
      `Bearer ${'x'.repeat(10_000)}`,
      'Bearer s63..',
    ]) {
      assert.throws(() => readToken(header), { reason: 'TOKEN_UNKNOWN', status: 16 });
    }
  });
});
