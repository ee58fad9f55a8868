import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TrunkRequest, TrunkResponse } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import fc from 'fast-check';
import { MessageError, MessageReader, MessageWriter, PREFIX_BYTES } from './messages.ts';

const response = (channel: number): TrunkResponse =>
  TrunkResponse.fromPartial({
    closed: [{ channel, reason: 1 }],
    attached: [{ channel, matchChannel: channel, seat: 1 }],
  });

function frameOf(...parts: TrunkResponse[]): Buffer {
  const writer = new MessageWriter(TrunkResponse);
  for (const part of parts) writer.add(part);
  return writer.finish();
}

suite('messages on a stream', () => {
  test('are read as they were written, wherever the stream is cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 ** 31 })), fc.array(fc.nat({ max: 40 })), (channels, sizes) => {
        const stream = Buffer.concat(channels.map((channel) => frameOf(response(channel))));
        const read: number[] = [];
        const reader = new MessageReader(100, (message) => {
          read.push(TrunkResponse.decode(message).closed[0]!.channel);
        });
        let at = 0;
        for (const size of sizes) {
          reader.push(stream.subarray(at, at + size));
          at += size;
        }
        reader.push(stream.subarray(at));
        assert.deepEqual(read, channels);
        assert.equal(reader.waitingBytes, 0);
      }),
    );
  });

  test('may be added to until they are finished', () => {
    const frame = frameOf(response(1), response(2));
    const message = TrunkResponse.decode(frame.subarray(PREFIX_BYTES));
    assert.deepEqual(
      message.closed.map(({ channel }) => channel),
      [1, 2],
    );
    assert.deepEqual(frameOf(), Buffer.alloc(PREFIX_BYTES), 'an empty one');
  });

  test('are encoded as generated writers do, whatever they say', () => {
    const number = fc.nat({ max: 0xffff_ffff });
    const request = fc.record({
      edgeId: fc.string({ unit: 'grapheme' }),
      attaches: fc.array(
        fc.record({
          channel: number,
          matchId: fc.string(),
          playerId: fc.string(),
          sessionEpoch: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
          traceParent: fc.option(fc.string(), { nil: undefined }),
        }),
      ),
      detaches: fc.array(fc.record({ channel: number, leave: fc.boolean() })),
      keyframes: fc.array(number),
      inputs: fc.array(number),
    });
    const writer = new MessageWriter(TrunkRequest);
    fc.assert(
      fc.property(request, (message) => {
        writer.add(message);
        assert.deepEqual(writer.finish().subarray(PREFIX_BYTES), Buffer.from(TrunkRequest.encode(message).finish()));
      }),
    );
  });

  test('stay as they are while the next one is written', () => {
    const writer = new MessageWriter(TrunkResponse);
    writer.add(response(1));
    const first = writer.finish();
    writer.add(response(2));
    writer.finish();
    assert.deepEqual(first, frameOf(response(1)));
  });

  test('leave no memory behind when they were many or large', () => {
    const writer = new MessageWriter(TrunkRequest);
    for (let sent = 0; sent < 10_000; sent++) {
      writer.add({ edgeId: 'edge-1', attaches: [], detaches: [], keyframes: [], inputs: [1, 2, 3] });
      writer.finish();
    }
    assert.ok(writer.capacityBytes < 100_000, `${writer.capacityBytes} bytes`);
    const large = { edgeId: '', attaches: [], detaches: [], keyframes: [], inputs: Array(3_000_000).fill(1) };
    writer.add(large);
    assert.equal(writer.finish().length, PREFIX_BYTES + TrunkRequest.encode(large).finish().length);
    assert.ok(writer.capacityBytes < 100_000, `${writer.capacityBytes} bytes`);
    writer.add({ ...large, inputs: [7] });
    assert.deepEqual(TrunkRequest.decode(writer.finish().subarray(PREFIX_BYTES)).inputs, [7]);
  });

  test('are views of the chunk that they came in', () => {
    const chunk = Buffer.concat([frameOf(response(1)), frameOf(response(2))]);
    const messages: Buffer[] = [];
    new MessageReader(100, (message) => messages.push(message)).push(chunk);
    assert.equal(messages.length, 2);
    for (const message of messages) assert.equal(message.buffer, chunk.buffer);
  });

  test('that are too long are refused before they are there, and compressed ones', () => {
    const reader = () => new MessageReader(8, () => assert.fail('it was taken'));
    assert.throws(() => reader().push(Buffer.from([0, 0, 0, 0, 9])), MessageError);
    assert.throws(() => reader().push(Buffer.from([1, 0, 0, 0, 1, 7])), MessageError);
    const patient = reader();
    patient.push(Buffer.from([0, 0, 0, 0, 8, 1, 2]));
    assert.equal(patient.waitingBytes, 7);
  });
});
