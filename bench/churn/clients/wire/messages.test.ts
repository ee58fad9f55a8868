import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Base64Pieces, framed, Messages } from './messages.ts';

function read(chunks: readonly Buffer[]) {
  const taken: string[] = [];
  const messages = new Messages((bytes) => taken.push(bytes.toString()));
  for (const chunk of chunks) messages.read(chunk);
  return { taken, trailer: messages.trailer };
}

test('messages come whole, however their bytes come', () => {
  const bytes = Buffer.concat([framed(Buffer.from('one')), framed(Buffer.from('')), framed(Buffer.from('three'))]);
  for (const size of [1, 2, 5, 7, bytes.length]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    );
    assert.deepEqual(read(chunks).taken, ['one', '', 'three']);
  }
});

test('a trailer is no message', () => {
  const trailer = framed(Buffer.from('grpc-status: 0\r\n'));
  trailer[0] = 0x80;
  assert.deepEqual(read([framed(Buffer.from('one')), trailer]), { taken: ['one'], trailer: 'grpc-status: 0\r\n' });
});

test('base64 may be padded where a piece ends, and cut anywhere', () => {
  const text = ['a', 'bc', 'def'].map((piece) => Buffer.from(piece).toString('base64')).join('');
  const base64 = new Base64Pieces();
  const decoded = [...text].map((letter) => base64.decode(Buffer.from(letter)).toString()).join('');
  assert.equal(decoded, 'abcdef');
});
