import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TrunkRequest } from '@clew/protocol/clew/simulation/v1/simulation.ts';
import fc from 'fast-check';
import { readUsualInputs } from './usual-inputs.ts';

const encoded = (message: Partial<TrunkRequest>) => TrunkRequest.encode(TrunkRequest.fromPartial(message)).finish();

suite('usual inputs', () => {
  test('are read as the generated reader reads them, whatever the numbers', () => {
    const uint32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffff_ffff }));
    fc.assert(
      fc.property(fc.array(uint32, { minLength: 1, maxLength: 3_000 }), (inputs) => {
        assert.deepEqual([...(readUsualInputs(encoded({ inputs })) ?? [])], inputs);
      }),
    );
  });

  test('are read however many they are', () => {
    const inputs = Array.from({ length: 50_000 }, (_, index) => index);
    assert.deepEqual([...(readUsualInputs(encoded({ inputs })) ?? [])], inputs);
  });

  for (const [what, message] of [
    ['nothing', {}],
    ['a name', { edgeId: 'edge-1', inputs: [1, 2, 3] }],
    [
      'an attach before',
      { attaches: [{ channel: 1, matchId: 'm', playerId: 'p', sessionEpoch: 1 }], inputs: [1, 2, 3] },
    ],
    ['keyframes alone', { keyframes: [50] }],
  ] as const) {
    test(`are not all of a message with ${what}`, () => {
      assert.equal(readUsualInputs(encoded(message as Partial<TrunkRequest>)), undefined);
    });
  }

  test('are left to the generated reader where anything is odd', () => {
    const usual = encoded({ inputs: [1, 300, 3] });
    const odd = {
      'cut short': usual.subarray(0, -1),
      'more behind them': new Uint8Array([...usual, 0x28, 1]),
      twice: new Uint8Array([...usual, ...usual]),
      'not packed': new Uint8Array([0x30, 1]),
      'a length without end': new Uint8Array([0x32, 0x80, 0x80]),
      'a number without end': new Uint8Array([0x32, 2, 1, 0x80]),
      'a number of more than 32 bits': new Uint8Array([0x32, 5, 0xff, 0xff, 0xff, 0xff, 0x1f]),
      'a number of ten bytes': new Uint8Array([0x32, 10, ...Array(9).fill(0xff), 1]),
    };
    for (const [what, bytes] of Object.entries(odd)) assert.equal(readUsualInputs(bytes), undefined, what);
  });
});
