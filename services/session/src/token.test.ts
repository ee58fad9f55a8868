import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { parseToken, requestMark, seal, token, tokenHash } from './token.ts';

suite('a token', () => {
  const playerId = '4f'.padEnd(32, 'a');
  const random = randomBytes(32);

  test('tells its player and the hash of its random part', () => {
    assert.deepEqual(parseToken(token(playerId, random)), { playerId, hash: tokenHash(random) });
  });

  test('begins with the shard of its player', () => {
    assert.ok(token(playerId, random).startsWith(`s15.${playerId}.`));
  });

  test('is refused when anything about it is not as it was made', () => {
    const good = token(playerId, Buffer.alloc(32, 7));
    const [shard, player, proof] = good.split('.') as [string, string, string];
    const wrong = [
      '',
      good.slice(1),
      ` ${good}`,
      `${good}\n`,
      `s16.${player}.${proof}`,
      `s015.${player}.${proof}`,
      `s79.${player}.${proof}`,
      `${shard}.${player.toUpperCase()}.${proof}`,
      `${shard}.${player}.${proof.slice(1)}`,
      `${shard}.${player}.${proof}A`,
      // Another spelling of the same bytes: bits that base64 does not need.
      `${shard}.${player}.${proof.slice(0, -1)}d`,
    ];
    assert.ok(proof.endsWith('c'));
    for (const text of wrong) assert.equal(parseToken(text), undefined, JSON.stringify(text));
  });
});

suite('a sealed token', () => {
  const random = randomBytes(32);
  const hash = tokenHash(random);

  test('opens with the id of its request', () => {
    assert.deepEqual(seal(seal(random, hash, 'request-1'), hash, 'request-1'), Buffer.from(random));
  });

  test('does not open with another id', () => {
    assert.notDeepEqual(seal(seal(random, hash, 'request-1'), hash, 'request-2'), Buffer.from(random));
  });

  test('tells nothing of another token that was sealed under the same id', () => {
    const other = randomBytes(32);
    const xor = (left: Uint8Array, right: Uint8Array) => Buffer.from(left.map((byte, index) => byte ^ right[index]!));
    const sealedBoth = xor(seal(random, hash, 'request-1'), seal(other, tokenHash(other), 'request-1'));
    assert.notDeepEqual(sealedBoth, xor(random, other));
  });

  test('is found by a mark that does not tell the id', () => {
    assert.equal(requestMark('request-1').length, 16);
    assert.deepEqual(requestMark('request-1'), requestMark('request-1'));
    assert.notDeepEqual(requestMark('request-1'), requestMark('request-2'));
    assert.equal(requestMark('').length, 0);
  });
});
