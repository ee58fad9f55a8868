import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { TrunkRequest } from '../gen/clew/simulation/v1/simulation.ts';
import { channelAt, heldMsAt, INPUT_COLUMNS, inputAt, rowsOf, tickAt } from './input-rows.ts';

const plain = { noNullPrototype: true };
const uint32 = fc.nat({ max: 0xffff_ffff });
const strength = fc.integer({ min: -127, max: 127 });
const anyInput = fc.record(
  {
    ...{ sequence: uint32, tick: uint32, forward: strength, strafe: strength },
    ...{ heading: fc.nat({ max: 65_535 }), buttons: fc.nat({ max: 7 }) },
    lag: fc.option(fc.nat({ max: 1_000 }), { nil: undefined }),
  },
  plain,
);

suite('rows of inputs', () => {
  test('are what they were when they come out of a message', () => {
    fc.assert(
      fc.property(fc.array(anyInput), uint32, fc.nat({ max: 10_000 }), (inputs, channel, heldMs) => {
        const bytes = TrunkRequest.encode({
          ...TrunkRequest.create(),
          inputs: rowsOf(channel, inputs, heldMs),
        }).finish();
        const rows = TrunkRequest.decode(bytes).inputs;
        assert.equal(rows.length, inputs.length * INPUT_COLUMNS);
        for (const [index, input] of inputs.entries()) {
          const at = index * INPUT_COLUMNS;
          assert.deepEqual(inputAt(rows, at), input);
          assert.deepEqual([channelAt(rows, at), tickAt(rows, at), heldMsAt(rows, at)], [channel, input.tick, heldMs]);
        }
      }),
    );
  });

  test('can be sent whatever lag a player claims', () => {
    const input = { sequence: 1, tick: 1, forward: 0, strafe: 0, heading: 0, buttons: 0, lag: 0xffff_ffff };
    const bytes = TrunkRequest.encode({ ...TrunkRequest.create(), inputs: rowsOf(1, [input]) }).finish();
    assert.equal(inputAt(TrunkRequest.decode(bytes).inputs, 0).lag, 0xffff_fffe);
  });
});
