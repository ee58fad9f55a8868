import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { checkedDisplayName, checkedRequestId, playerIdOf } from './guest.ts';

suite('a guest', () => {
  test('is known by the first 16 bytes of the hash of the secret', () => {
    const secret = Buffer.alloc(32, 7);
    assert.equal(playerIdOf(secret), createHash('sha256').update(secret).digest().subarray(0, 16).toString('hex'));
  });

  test('has a secret of 32 bytes, not less and not more', () => {
    for (const length of [0, 31, 33]) assert.throws(() => playerIdOf(Buffer.alloc(length)), /secret must be 32 bytes/);
  });

  test('has a name of 1 to 24 characters, counted as people count them', () => {
    assert.equal(checkedDisplayName('  Ariadne '), 'Ariadne');
    assert.equal(checkedDisplayName('🧶'.repeat(24)), '🧶'.repeat(24));
    assert.throws(() => checkedDisplayName('🧶'.repeat(25)), /at most 24 characters/);
    for (const empty of ['', '   ', '\u200b\u200b', '\u00a0']) {
      assert.throws(() => checkedDisplayName(empty), /display_name must not be empty/);
    }
  });

  test('has no control characters in the name, nor marks that turn writing around', () => {
    for (const name of ['a\nb', 'a\u0000b', 'a\u007fb', 'a\u2028b', '\u202Enimda', 'a\u0085']) {
      assert.throws(() => checkedDisplayName(name), /display_name must have no control characters/);
    }
  });

  test('names requests by UUIDs, or not at all', () => {
    assert.equal(checkedRequestId('0B7E3A0E-7F0B-4D0C-9B60-0C0FBD3E3F11'), '0b7e3a0e-7f0b-4d0c-9b60-0c0fbd3e3f11');
    assert.match(checkedRequestId(''), /^[0-9a-f-]{36}$/);
    assert.throws(() => checkedRequestId('again'), /request_id must be a UUID/);
  });
});
