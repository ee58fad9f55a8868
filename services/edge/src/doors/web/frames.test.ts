import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { invalidField } from '@clew/service-kit/service-error';
import { bodyBytesMax, dataFrame, encoded, requestMessage, trailerFrame } from './frames.ts';

const message = Buffer.from('a ball of thread');
const frame = dataFrame(message);

suite('a request of gRPC-web', () => {
  test('is one message, binary or base64', () => {
    assert.deepEqual(requestMessage(frame, 'binary'), message);
    assert.deepEqual(requestMessage(encoded(frame, 'text'), 'text'), message);
    assert.deepEqual(requestMessage(dataFrame(Buffer.alloc(0)), 'binary'), Buffer.alloc(0));
  });

  test('may be base64 in pieces that are padded each', () => {
    for (let cut = 1; cut < frame.length; cut++) {
      const pieces = [frame.subarray(0, cut), frame.subarray(cut)].map((piece) => piece.toString('base64'));
      assert.deepEqual(requestMessage(Buffer.from(pieces.join('')), 'text'), message, `cut at ${cut}`);
    }
  });

  for (const [how, body, encoding] of [
    ['empty', Buffer.alloc(0), 'binary'],
    ['cut in its head', frame.subarray(0, 4), 'binary'],
    ['cut in its message', frame.subarray(0, -1), 'binary'],
    ['followed by more', Buffer.concat([frame, Buffer.alloc(1)]), 'binary'],
    ['two messages', Buffer.concat([frame, frame]), 'binary'],
    ['trailers', trailerFrame(undefined), 'binary'],
    ['no base64', Buffer.from('AAAA!'), 'text'],
    ['base64 of another alphabet', Buffer.from('-_-_'), 'text'],
    ['base64 cut short', Buffer.from('AAA'), 'text'],
    ['base64 of nothing', Buffer.alloc(0), 'text'],
  ] as const) {
    test(`that is ${how} is refused, naming the message`, () => {
      assert.throws(() => requestMessage(body, encoding), { status: 3, reason: 'INVALID_ARGUMENT' });
    });
  }

  test('that is compressed is refused', () => {
    const compressed = Buffer.from(frame);
    compressed[0] = 1;
    assert.throws(() => requestMessage(compressed, 'binary'), { status: 12 });
  });

  test('that says to be larger than may be is refused, however long it is', () => {
    const claims = Buffer.from([0, 0xff, 0xff, 0xff, 0xff]);
    assert.throws(() => requestMessage(claims, 'binary'), { status: 8, reason: 'MESSAGE_TOO_LARGE' });
    assert.throws(() => requestMessage(dataFrame(Buffer.alloc(16 * 1024 + 1)), 'binary'), { status: 8 });
    const largest = dataFrame(Buffer.alloc(16 * 1024));
    assert.equal(requestMessage(largest, 'binary').length, 16 * 1024);
    assert.equal(largest.length, bodyBytesMax('binary'));
    assert.equal(encoded(largest, 'text').length, bodyBytesMax('text'));
  });
});

suite('an answer of gRPC-web', () => {
  test('ends with trailers in lower case, details as base64', () => {
    assert.equal(trailerFrame(undefined).toString('latin1', 5), 'grpc-status:0\r\n');
    const refusal = trailerFrame(invalidField('display_name', 'must not be “empty”\r\nx:y'));
    assert.equal(refusal[0], 0x80);
    assert.equal(refusal.readUInt32BE(1), refusal.length - 5);
    const lines = refusal.toString('latin1', 5).split('\r\n');
    assert.equal(lines.length, 4, 'what is said cannot add lines');
    assert.match(lines[0]!, /^grpc-status:3$/);
    assert.match(lines[1]!, /^grpc-message:display_name%20must%20not%20be%20%E2%80%9Cempty%E2%80%9D%0D%0Ax:y$/);
    assert.match(lines[2]!, /^grpc-status-details-bin:[A-Za-z0-9+/]+=*$/);
  });

  test('is one message of both parts', () => {
    assert.deepEqual(dataFrame(Buffer.from('ab'), Buffer.from('cd')), dataFrame(Buffer.from('abcd')));
  });
});
