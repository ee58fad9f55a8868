import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { emptyRecord } from './journal.ts';
import { step } from './step.ts';
import { type OwnedView, view, viewOver } from './view.ts';
import { createWorld } from './world.ts';

suite('a view that is written over', () => {
  test('is the same as one made anew, through whole levels', () => {
    const rules = { seats: 8, levels: 2, baseSize: 5, startingTicks: 5, climbingTicksMax: 60, scoringTicks: 5 };
    const world = createWorld({ seed: 3, rules });
    let older: OwnedView | undefined;
    for (let tick = 1; tick <= 140; tick++) {
      const joins = tick % 30 === 7 ? [{ seat: tick % 8, displayName: `Player ${tick}` }] : [];
      step(world, { ...emptyRecord, joins });
      older = viewOver(older, world);
      assert.deepEqual(older, view(world));
    }
  });

  test('needs nothing new', () => {
    const world = createWorld({ seed: 3 });
    const older = viewOver(undefined, world);
    const avatars = [...older.avatars];
    step(world, emptyRecord);
    assert.equal(viewOver(older, world), older);
    for (const [seat, avatar] of avatars.entries()) assert.equal(older.avatars[seat], avatar);
  });
});
