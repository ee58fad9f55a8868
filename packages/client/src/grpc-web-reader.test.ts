import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GrpcWebReader } from './grpc-web-reader.ts';

function frame(flag: number, payload: Uint8Array | string): Buffer {
  const bytes = Buffer.from(payload as string);
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

const none = () => undefined;

test('messages come out whole, however their bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 50 }),
      (messages, cut) => {
        const body = Buffer.concat([...messages.map((message) => frame(0, message)), frame(0x80, 'grpc-status:0\r\n')]);
        const taken: number[][] = [];
        const reader = new GrpcWebReader((message) => taken.push([...message]));
        for (let at = 0; at < body.length; at += cut) reader.read(body.subarray(at, at + cut));
        assert.deepEqual(
          taken,
          messages.map((message) => [...message]),
        );
        assert.equal(reader.end(none), undefined);
      },
    ),
  );
});

test('a status is read from the trailer, or from the header of an empty body', () => {
  const reader = new GrpcWebReader(none);
  reader.read(frame(0x80, 'grpc-status:5\r\nGrpc-Message:no%20such\r\n'));
  assert.equal(reader.end(none)?.reason, 'NOT_FOUND');
  assert.equal(reader.end(none)?.message, 'no such');
  const header = new Map([['grpc-status', '16']]);
  assert.equal(new GrpcWebReader(none).end((name) => header.get(name))?.reason, 'UNAUTHENTICATED');
});

test('a body that breaks off has no status', () => {
  const reader = new GrpcWebReader(none);
  reader.read(frame(0, 'abc').subarray(0, 6));
  assert.equal(reader.end(none)?.reason, 'UNREACHABLE');
});

test('nobody makes us wait for a message without end', () => {
  const reader = new GrpcWebReader(none);
  assert.throws(() => reader.read(Buffer.from([0, 0xff, 0xff, 0xff, 0xff])), RangeError);
});
