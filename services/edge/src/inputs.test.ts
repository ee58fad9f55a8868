import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Input } from '@clew/protocol/clew/play/v1/frame.ts';
import type { ServiceError } from '@clew/service-kit/service-error';
import { BadRequest } from 'nice-grpc-error-details';
import { checkInputs, freshInputs } from './inputs.ts';

const input = (fields: Partial<Input>) => Input.fromPartial({ sequence: 1, tick: 100, ...fields });
const context = { highestSequence: 0, tick: 100, ticksSince: 0 };

function refusesField(act: () => unknown, field: string) {
  assert.throws(act, (error: ServiceError) => {
    assert.equal(error.status, 3);
    const violation = error.details.find((detail) => detail.$type === BadRequest.$type)?.fieldViolations[0];
    assert.equal(violation?.field, field);
    return true;
  });
}

suite('inputs', () => {
  test('at the ends of their ranges pass', () => {
    const extremes = [
      input({ sequence: 1, forward: 127, strafe: -127, heading: 65_535, buttons: 7 }),
      input({ sequence: 4_294_967_295, forward: -127, strafe: 127 }),
    ];
    for (const inputs of [extremes, []]) assert.doesNotThrow(() => checkInputs(inputs));
  });

  for (const [name, field, fields] of [
    ['forward too strong', 'forward', { forward: 128 }],
    ['backward too strong', 'forward', { forward: -128 }],
    ['strafe too strong', 'strafe', { strafe: 128 }],
    ['the least integer', 'strafe', { strafe: -2_147_483_648 }],
    ['a heading beyond the turn', 'heading', { heading: 65_536 }],
    ['an unknown button', 'buttons', { buttons: 8 }],
  ] as const) {
    test(`with ${name} are refused by field and index`, () => {
      refusesField(() => checkInputs([input({}), input({ sequence: 2, ...fields })]), `inputs[1].${field}`);
    });
  }

  test('must grow in sequence, from 1', () => {
    refusesField(() => checkInputs([input({ sequence: 0 })]), 'inputs[0].sequence');
    refusesField(() => checkInputs([input({ sequence: 2 }), input({ sequence: 2 })]), 'inputs[1].sequence');
  });

  test('are at most 32 in a message', () => {
    const many = Array.from({ length: 33 }, (_, index) => input({ sequence: index + 1 }));
    refusesField(() => checkInputs(many), 'inputs');
    checkInputs(many.slice(1));
  });

  test('that were passed on already are left out, whatever their tick', () => {
    const repeats = [input({ sequence: 1, tick: 1 }), input({ sequence: 2, tick: 1 })];
    assert.deepEqual(freshInputs(repeats, { ...context, highestSequence: 2, tick: 5_000 }), []);
    const fresh = input({ sequence: 3, tick: 5_000 });
    assert.deepEqual(freshInputs([...repeats, fresh], { ...context, highestSequence: 2, tick: 5_000 }), [fresh]);
  });

  test('from the past and from the future are refused, the last that fit are not', () => {
    assert.equal(freshInputs([input({ tick: 120 })], context).length, 1);
    assert.equal(freshInputs([input({ tick: 0 })], context).length, 1);
    refusesField(() => freshInputs([input({ tick: 121 })], context), 'inputs[0].tick');
    refusesField(() => freshInputs([input({ tick: 0 })], { ...context, tick: 101 }), 'inputs[0].tick');
  });

  test('may run on while the match stands still', () => {
    assert.equal(freshInputs([input({ tick: 140 })], { ...context, ticksSince: 20 }).length, 1);
    refusesField(() => freshInputs([input({ tick: 141 })], { ...context, ticksSince: 20 }), 'inputs[0].tick');
  });

  test('have any tick before the first frame told the match’s', () => {
    assert.equal(freshInputs([input({ tick: 4_000_000 })], { ...context, tick: undefined }).length, 1);
  });
});
