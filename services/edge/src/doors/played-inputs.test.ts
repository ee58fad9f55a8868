import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PlayRequest } from '@clew/protocol/clew/play/v1/play.ts';
import { ServiceError } from '@clew/service-kit/service-error';
import fc from 'fast-check';
import { playedInputs } from './played-inputs.ts';

const uint32 = fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 0xffff_ffff }));
const sint32 = fc.oneof(fc.integer({ min: -130, max: 130 }), fc.integer());
const anyInput = fc.record({
  ...{ sequence: uint32, tick: uint32, forward: sint32, strafe: sint32, heading: uint32, buttons: uint32 },
  lag: fc.option(uint32, { nil: undefined }),
});

/** What the generated reader makes of it, or that it makes nothing. */
function generated(bytes: Buffer) {
  try {
    return PlayRequest.decode(bytes).inputs;
  } catch {
    return 'refused';
  }
}

function read(bytes: Buffer, from = 0) {
  try {
    return playedInputs(bytes, from).map((input) => ({ ...input }));
  } catch (error) {
    assert.ok(error instanceof ServiceError);
    return 'refused';
  }
}

const encoded = (inputs: PlayRequest['inputs']) => Buffer.from(PlayRequest.encode({ inputs }).finish());

suite('the inputs that were played', () => {
  test('are read as the generated reader reads them, wherever they begin', () => {
    fc.assert(
      fc.property(fc.array(anyInput), fc.nat({ max: 9 }), (inputs, from) => {
        const bytes = Buffer.concat([Buffer.alloc(from, 0xff), encoded(inputs)]);
        assert.deepEqual(
          read(bytes, from),
          inputs.map((input) => ({ ...input })),
        );
      }),
    );
  });

  test('are what the generated reader makes of anything else, too', () => {
    const damaged = fc
      .tuple(fc.array(anyInput, { minLength: 1, maxLength: 2 }), fc.nat(), fc.nat({ max: 255 }), fc.nat())
      .map(([inputs, place, byte, end]) => {
        const bytes = encoded(inputs);
        bytes[place % bytes.length] = byte;
        return end % 3 === 0 ? bytes.subarray(0, end % bytes.length) : bytes;
      });
    const noise = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(damaged, noise), (bytes) => {
        assert.deepEqual(read(bytes), generated(bytes));
      }),
      { numRuns: 3_000 },
    );
  });
});
